/** Runs the peer of `../ingest.ts`, which answers each frame as soon as it is parsed. Nothing is checked, nothing is kept. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { answerParent } from './server-process.ts'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data))
    const seq = frame.t === 'batch' ? frame.seq + frame.events.length - 1 : 0
    socket.send(JSON.stringify({ t: frame.t === 'batch' ? 'ack' : 'welcome', seq }))
  })
})
await once(server, 'listening')
answerParent(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {})
