/** The door of a worker's collector, and what anybody on the machine may send to it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openTestGateway } from '../src/collector/test-gateway.ts'

it.each(['//', '//[', 'http://[', '/\\', '/telemetry?test=%', '*'])('answers whoever asks for %s', async (target) => {
  const inner = createServer((_request, response) => response.end('inside'))
  inner.on('upgrade', (_request, socket) => socket.destroy())
  const gateway = await openTestGateway(inner)
  onTestFinished(gateway.close)
  gateway.nextTest()
  for (const more of ['Connection: close', 'Connection: Upgrade\r\nUpgrade: websocket']) {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').resume()
    socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway\r\n${more}\r\n\r\n`)
    await Promise.race([once(socket, 'data'), once(socket, 'close')])
    socket.destroy()
  }
  expect((await fetch(gateway.url)).status).toBe(200)
})
