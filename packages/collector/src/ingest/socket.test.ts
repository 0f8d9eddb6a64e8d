import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { createSocket } from './socket.ts'

function aSocket(maxBufferedBytes = 100) {
  const ws = Object.assign(new EventEmitter(), {
    bufferedAmount: 0,
    sent: [] as string[],
    closes: [] as [number, string][],
    send: (text: string) => void ws.sent.push(text),
    close: (code: number, reason: string) => void ws.closes.push([code, reason]),
    terminate() {},
  })
  return { ws, socket: createSocket(ws as unknown as WebSocket, { maxBufferedBytes, onClose() {} }) }
}

it('closes a socket whose reader does not read, instead of piling up acks', () => {
  const { ws, socket } = aSocket()
  socket.send({ t: 'beat' })
  ws.bufferedAmount = 101
  socket.send({ t: 'beat' })
  expect([ws.sent, ws.closes]).toEqual([['{"t":"beat"}'], [[4429, 'Expected answers to be read']]])
})

it('says nothing more once it is closed', () => {
  const { ws, socket } = aSocket()
  socket.close(4400, 'no')
  socket.close(4401, 'no')
  socket.send({ t: 'beat' })
  expect([ws.sent, ws.closes.length, socket.open]).toEqual([[], 1, false])
})

it('cuts a reason to what a close frame holds, between two characters', () => {
  const { ws, socket } = aSocket()
  socket.close(4400, 'é'.repeat(100))
  expect(ws.closes).toEqual([[4400, 'é'.repeat(61)]])
})
