/** A collector's process stands still, as on a starved machine or in a frozen one: nobody is called silent for it. */
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { askOwner, openOwnerSocket } from '../dist/store-process/local-sockets.js'
import { aClient, aCollector, aFolder, aSocket } from './harness.ts'

/** Of everything in this process, the collector and those that talk to it. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

const event = { type: 'a', timestamp: 1 }

it('keeps all its healthy sockets, and beats on', async () => {
  const { listening } = await aCollector({ limits: { heartbeatMs: 200 } })
  const plain = await aSocket(listening.telemetry)
  const client = await aClient(listening)
  await client.hello()
  for (let times = 0; times < 3; times++) {
    standStill(700)
    expect(await client.next()).toEqual({ t: 'beat' })
  }
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
  plain.ws.ping()
  await once(plain.ws, 'pong')
})

it('takes a message whose rest came while it stood still', async () => {
  const { listening } = await aCollector({ limits: { heartbeatMs: 400, requestTimeoutMs: 600 } })
  const client = await aClient(listening)
  await client.hello()
  const text = JSON.stringify({ t: 'batch', seq: 1, pushed: 1, events: [event] })
  client.ws.send(text.slice(0, 10), { fin: false })
  // Answered after what was sent before it was read.
  client.ws.ping()
  await once(client.ws, 'pong')
  client.ws.send(text.slice(10))
  standStill(750)
  let answer = await client.next()
  while (answer.t === 'beat') answer = await client.next()
  expect(answer).toMatchObject({ t: 'ack', seq: 1 })
})

it('welcomes whose hello came while it stood still', async () => {
  const { listening } = await aCollector({ limits: { helloTimeoutMs: 1000 } })
  const client = await aClient(listening)
  const answer = client.hello()
  standStill(1500)
  expect(await answer).toMatchObject({ t: 'welcome' })
})

it('finds out who has a folder, and takes nobody for gone who had answered', async () => {
  const path = join(await aFolder(), 'owner.sock')
  const owner = await openOwnerSocket(path, 'this')
  onTestFinished(() => owner.close())
  const answer = askOwner(path, 'this')
  standStill(1500)
  expect(await answer).toBe('owner')
})
