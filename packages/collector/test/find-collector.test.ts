/** A collector that is found by its data folder. */

import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createCollector, findCollector } from '@downlink/collector'
import { expect, it, onTestFinished } from 'vitest'
import { aFolder } from './harness.ts'

async function running(data: string) {
  const collector = createCollector({ data, logger: false })
  onTestFinished(() => collector.close())
  const { url } = await collector.listen({ port: 0 })
  return { collector, url }
}

it('is found where it listens, and not before and after', async () => {
  const data = await aFolder()
  expect(await findCollector(join(data, 'nothing'))).toBeUndefined()
  const { collector, url } = await running(data)
  expect(await findCollector(data)).toBe(url)
  await collector.close()
  expect(await findCollector(data)).toBeUndefined()
})

it('is found below its prefix in a server that listens later', async () => {
  const data = await aFolder()
  const collector = createCollector({ data, logger: false })
  onTestFinished(() => collector.close())
  const server = createServer()
  await collector.attach(server, { prefix: '/game/__downlink' })
  expect(await findCollector(data)).toBeUndefined()
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await expect.poll(() => findCollector(data)).toMatch(/^http/)
  const { port } = server.address() as AddressInfo
  expect(await findCollector(data)).toBe(`http://127.0.0.1:${port}/game/__downlink`)
})

it('is not found by the note of a copy, of another owner, or what is no note', async () => {
  const data = await aFolder()
  const { url } = await running(data)
  const copy = join(await aFolder(), 'copy')
  await cp(data, copy, { recursive: true })
  expect(await findCollector(copy)).toBeUndefined()
  const file = join(data, 'log/address')
  const note = await readFile(file, 'utf8')
  for (const text of [
    '',
    '{',
    '[]',
    note.replace(/"owner":"./, '"owner":"x'),
    note.replace('"format":1', '"format":2'),
  ]) {
    await writeFile(file, text)
    expect(await findCollector(data)).toBeUndefined()
  }
  await writeFile(file, note)
  expect(await findCollector(data)).toBe(url)
})

it('is named to whoever would open its folder', async () => {
  const data = await aFolder()
  const { url } = await running(data)
  const second = createCollector({ data, logger: false })
  await expect(second.listen({ port: 0 })).rejects.toMatchObject({
    code: 'data_in_use',
    message: expect.stringContaining(`is in use by the one at ${url}: stop the other collector`),
  })
})
