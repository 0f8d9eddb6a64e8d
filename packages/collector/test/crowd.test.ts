/** Too many, too slow, too idle: and a well-behaved session beside them. */
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { aBystander, aClient, aCollector, aSocket } from './harness.ts'
import { within } from './waits.ts'

const v1 = ['downlink.v1']

it('stands 1,000 sockets that never say hello, and closes them with 4408', async () => {
  const { listening, data } = await aCollector({ limits: { helloTimeoutMs: 3000, maxHandshakesPerAddress: 2000 } })
  const bystander = await aBystander(listening, data)
  const codes = Promise.all(
    Array.from({ length: 1000 }, () => {
      const ws = new WebSocket(listening.telemetry, v1)
      onTestFinished(() => ws.terminate())
      ws.on('error', () => {})
      return new Promise<number>((resolve) => ws.once('close', resolve))
    }),
  )
  await bystander.say()
  expect(new Set(await codes)).toEqual(new Set([4408]))
  await bystander.say()
})

it('gives an address only so many places, and gives them back', async () => {
  const { listening } = await aCollector({ limits: { maxHandshakesPerAddress: 2, maxSocketsPerAddress: 3 } })
  const idle = await Promise.all([aSocket(listening.telemetry, v1), aSocket(listening.telemetry, v1)])
  const third = await aSocket(listening.telemetry, v1)
  expect(await third.closed).toMatchObject({ code: 4429 })
  for (const socket of idle) socket.ws.close()
  await Promise.all(idle.map(({ closed }) => closed))
  for (let i = 0; i < 3; i++) expect(await (await aClient(listening)).hello()).toMatchObject({ t: 'welcome' })
  const fourth = await aSocket(listening.telemetry, v1)
  expect(await fourth.closed).toMatchObject({ code: 4429 })
})

it('answers slow headers with 408 and goes on', async () => {
  const { listening, data } = await aCollector({ limits: { headersTimeoutMs: 500 } })
  const bystander = await aBystander(listening, data)
  const slow = connect(Number(new URL(listening.url).port), '127.0.0.1')
  onTestFinished(() => void slow.destroy())
  slow.write('POST /telemetry HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
  let answer = ''
  slow.on('data', (chunk) => {
    answer += chunk
  })
  await new Promise((resolve) => slow.once('close', resolve))
  expect(answer).toContain('408 Request Timeout')
  await bystander.say()
})

it('closes while somebody sends a body for ever', async () => {
  const { listening, stop } = await aCollector()
  const endless = connect(Number(new URL(listening.url).port), '127.0.0.1')
  onTestFinished(() => void endless.destroy())
  endless.write('POST /telemetry HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n[')
  await new Promise((resolve) => endless.once('data', resolve))
  const cut = new Promise((resolve) => endless.once('close', resolve))
  endless.on('error', () => {})
  await within(stop(), () => 'an end')
  await cut
})
