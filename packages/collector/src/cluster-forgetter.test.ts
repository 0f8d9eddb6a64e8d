import { expect, it } from 'vitest'
import { type ClusterForgetterOptions, createClusterForgetter } from './cluster-forgetter.ts'
import { CollectorError } from './errors.ts'
import type { QueryLimits } from './query/query-limits.ts'

/** One whose stream and store do all that is asked, unless told otherwise; and what was done, in order. */
function aForgetter(over: Partial<ClusterForgetterOptions> = {}) {
  const done: string[] = []
  const forgetter = createClusterForgetter({
    store: {
      matchingSessions: async () => [],
      async erase(ids = []) {
        done.push(`rows of ${ids.length}`)
        return { events: 2 * ids.length, rejected: 0 }
      },
    },
    lag: { lastSeq: async () => 9, behindSince: async () => undefined },
    limits: {} as QueryLimits,
    forgetSession: async () => 'forgotten',
    eraseMessages: async (id) => void done.push(`messages of ${id}`),
    async eraseAside() {
      done.push('aside')
      return ['downlink-aside/1']
    },
    onForgotten: () => void done.push('answers'),
    onErased: (events) => void done.push(`${events} events`),
    isClosing: () => false,
    wallMs: () => 7,
    ...over,
  })
  return { forgetter, done }
}

const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  )

it('erases all of those that are forgotten, and then says how many are not', async () => {
  const { forgetter, done } = aForgetter({ forgetSession: async (id) => (id === 'b' ? 'unavailable' : 'forgotten') })
  expect(await refusal(forgetter.forget(['a', 'b', 'c']))).toMatchObject({
    code: 'store_unavailable',
    message: '1 of the sessions are not forgotten. Ask again.',
  })
  expect(done).toEqual(['answers', 'rows of 2', '4 events', 'messages of a', 'messages of c', 'aside'])
})

it('stops at the first sessions none of which the stream takes, and when it closes', async () => {
  const ids = Array.from({ length: 100 }, (_, at) => `s${at}`)
  const tried: string[] = []
  const unavailable = async (id: string) => {
    tried.push(id)
    return 'unavailable' as const
  }
  const away = aForgetter({ forgetSession: unavailable })
  expect(await refusal(away.forgetter.forget(ids))).toMatchObject({
    message: expect.stringMatching(/^100 of the sessions/),
  })
  expect([tried.length, away.done]).toEqual([16, []])
  const asked: string[] = []
  const closing = aForgetter({
    isClosing: () => true,
    async forgetSession(id) {
      asked.push(id)
      return 'forgotten'
    },
  })
  expect(await refusal(closing.forgetter.forget(ids))).toMatchObject({ code: 'store_unavailable' })
  expect(asked).toHaveLength(16)
})

it('erases messages where rows can not be deleted, and all others where those of one session can not', async () => {
  const refused = new CollectorError('store_unavailable', 'away')
  const rows = aForgetter({
    store: { matchingSessions: async () => [], erase: () => Promise.reject(refused) },
  })
  expect(await refusal(rows.forgetter.forget(['a']))).toBe(refused)
  expect(rows.done).toEqual(['answers', 'messages of a', 'aside'])
  const messages: string[] = []
  const one = aForgetter({
    async eraseMessages(id) {
      if (id === 'a') throw new Error('no answer')
      messages.push(id)
    },
  })
  const ids = ['a', ...Array.from({ length: 40 }, (_, at) => `s${at}`)]
  expect(await refusal(one.forgetter.forget(ids))).toMatchObject({ code: 'log_unavailable' })
  expect(messages).toHaveLength(40)
  expect(one.done.at(-1)).toBe('aside')
})
