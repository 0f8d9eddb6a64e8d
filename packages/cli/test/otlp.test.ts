/** `downlink serve --otlp`, as somebody types it, and what `forget` says of what has gone there. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { post, run, serve } from './run-command.ts'

it('sends events to a backend, with the headers of the environment, and says of what was forgotten that it is there', async () => {
  const received: IncomingHttpHeaders[] = []
  const backend = createServer(({ headers }, response) => {
    received.push(headers)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  onTestFinished(() => void backend.close())
  const address = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`
  const { url } = await serve(['--otlp', address, '--otlp-service', 'pong'], {
    DOWNLINK_OTLP_HEADERS: 'api-key=s3%20cret',
  })
  expect(await post(url, [{ type: 'x' }])).toBe(200)
  await expect.poll(() => received.length, { timeout: 60_000 }).toBe(1)
  expect(received[0]).toMatchObject({ 'api-key': 's3 cret', 'content-encoding': 'gzip' })
  const { stdout } = await run(['forget', '--url', url, '--where', 'true', '--yes'])
  expect(stdout).toContain(`What was sent to ${address}/v1/logs before is out of reach: it is deleted there.`)
})
