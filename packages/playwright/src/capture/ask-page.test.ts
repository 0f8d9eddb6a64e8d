import { expect, it } from 'vitest'
import { aFrame, aPage } from '../test-doubles.ts'
import { askPage } from './ask-page.ts'

const answering = (answer: unknown) => aPage({ evaluate: (async () => answer) as never })
const failing = (message: unknown, isClosed = false) =>
  aPage({ evaluate: () => Promise.reject(message), isClosed: () => isClosed })

it('passes on what the page exports', async () => {
  const value = { summary: {}, artifacts: [] }
  const asked = await askPage(answering({ kind: 'exported', value }), {}, 1000)
  expect(asked).toEqual({ ok: true, value: { ...value, faults: [] } })
})

it.each([
  [answering({ kind: 'absent' }), 'no_inspector'],
  [answering({ kind: 'threw', message: 'Error: no' }), 'export_failed'],
  [failing(new Error('page.evaluate: Target page, context or browser has been closed')), 'page_closed'],
  [failing(new Error('page.evaluate: Target crashed')), 'page_crashed'],
  [failing(new Error('Execution context was destroyed, most likely because of a navigation')), 'page_navigated'],
  [failing(new Error('what is this?'), true), 'page_closed'],
  [failing('what is this?'), 'export_failed'],
])('has a code for each reason why there is nothing (%#)', async (page, code) => {
  expect(await askPage(page, {}, 1000)).toMatchObject({ ok: false, code, message: expect.any(String) })
})

it('gives up on a page that does not answer', async () => {
  const hung = aPage({ evaluate: () => new Promise(() => {}) })
  expect(await askPage(hung, {}, 5)).toEqual({
    ok: false,
    code: 'export_timeout',
    message: 'The page did not answer within 5 ms: its export hangs, its main thread is busy, or a dialog is open',
  })
})

it('asks again where the page has gone to', async () => {
  const value = { summary: {}, artifacts: [] }
  const answers: Promise<unknown>[] = [
    Promise.reject(new Error('Execution context was destroyed')),
    Promise.resolve({ kind: 'exported', value }),
  ]
  let waited = 0
  const page = aPage({
    evaluate: (() => answers.shift()) as never,
    waitForLoadState: async () => {
      waited++
      throw new Error('closed meanwhile')
    },
  })
  expect(await askPage(page, {}, 1000)).toMatchObject({ ok: true, value })
  expect(waited).toBe(1)
})

it('finds a game in a frame of the page, and says that there is none in any', async () => {
  const value = { summary: {}, artifacts: [] }
  const blank = aFrame({ evaluate: (async () => ({ kind: 'absent' })) as never })
  const game = aFrame({ evaluate: (async () => ({ kind: 'exported', value })) as never })
  expect(await askPage(aPage({ frames: () => [blank, game] }), {}, 1000)).toMatchObject({ ok: true, value })
  expect(await askPage(aPage({ frames: () => [blank, blank] }), {}, 1000)).toMatchObject({ code: 'no_inspector' })
  expect(await askPage(aPage({ frames: () => [] }), {}, 1000)).toMatchObject({ code: 'page_closed' })
})
