import fastify from 'fastify'
import { expect, it } from 'vitest'
import type { LiveSink, LiveStream } from '../live/live-stream.ts'
import type { AccessDecision } from './api-access.ts'
import { liveRoute } from './live-route.ts'

/** Somebody listens, and a heartbeat is due after each of these decisions on who they are. @returns what they heard, and how it ended */
async function listen(decisions: readonly AccessDecision[]) {
  const app = fastify()
  const ending: string[] = []
  app.addHook('onRequest', async (_request, { raw }) => {
    raw.once('finish', () => ending.push('ended'))
  })
  let decision: AccessDecision = 'allowed'
  let join = (_sink: LiveSink): void => {}
  const joined = new Promise<LiveSink>((resolve) => (join = resolve))
  const live: LiveStream = {
    listeners: 0,
    join(sink) {
      sink.write('first')
      join(sink)
      return { kind: 'joined', leave: () => void ending.push('left') }
    },
    close() {},
  }
  liveRoute(app, live, { decide: async () => decision }, () => 'sender')
  const answer = app.inject('/live')
  const sink = await joined
  for (const next of decisions) {
    decision = next
    sink.heartbeat(' beat')
    await new Promise(setImmediate)
  }
  sink.end()
  const { body } = await answer
  await app.close()
  return { heard: body, ending }
}

const heardAfter = async (decisions: readonly AccessDecision[]) => (await listen(decisions)).heard

it('ends once the token that opened it has ended', async () => {
  expect(await heardAfter(['allowed', 'unauthorised'])).toBe('first beat')
  expect(await heardAfter(['allowed', 'forbidden'])).toBe('first beat')
})

it('goes on where others of the address have guessed meanwhile', async () => {
  expect(await heardAfter(['allowed', 'limited', 'allowed'])).toBe('first beat beat beat')
})

it('takes nothing more from the stream once it ends: who reads slowly is there for a while', async () => {
  expect((await listen(['unauthorised'])).ending.slice(0, 2)).toEqual(['left', 'ended'])
})
