/** The door of a worker's collector, and what anybody on the machine may send to it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openGate } from '../src/station/gate.ts'

it.each(['//', '//[', 'http://[', '/\\', '/telemetry?test=%', '*'])('answers whoever asks for %s', async (target) => {
  const inner = createServer((_request, response) => response.end('inside'))
  inner.on('upgrade', (_request, socket) => socket.destroy())
  const gate = await openGate(inner)
  onTestFinished(gate.close)
  gate.change()
  for (const more of ['Connection: close', 'Connection: Upgrade\r\nUpgrade: websocket']) {
    const socket = connect(Number(new URL(gate.url).port), '127.0.0.1').resume()
    socket.write(`GET ${target} HTTP/1.1\r\nHost: gate\r\n${more}\r\n\r\n`)
    await Promise.race([once(socket, 'data'), once(socket, 'close')])
    socket.destroy()
  }
  expect((await fetch(gate.url)).status).toBe(200)
})
