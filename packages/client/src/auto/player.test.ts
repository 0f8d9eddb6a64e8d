import { expect, it } from 'vitest'
import { player, resetPlayer } from './player.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'

it('knows a player again on the next page, by what says nothing of them', () => {
  const page = createFakePage()
  const first = instrumentPage(page, [player()])
  const [[key, id = ''] = []] = page.stored
  expect([key, first.labels()]).toEqual(['downlink-player', { player: expect.stringMatching(/^[0-9]{16,40}$/) }])
  expect(first.labels()).toEqual({ player: id })
  first.stop()
  expect(page.stored.size).toBe(1)
  expect(instrumentPage(page, [player()]).labels()).toEqual({ player: id })
  expect(instrumentPage(createFakePage(), [player()]).labels()).not.toEqual({ player: id })
})

it('takes the id that a game keeps already', () => {
  const page = createFakePage()
  page.stored.set('player', 'anna')
  expect(instrumentPage(page, [player({ key: 'player' })]).labels()).toEqual({ player: 'anna' })
})

it('is somebody new with the page after a reset', () => {
  const page = createFakePage()
  const { labels } = instrumentPage(page, [player()])
  const before = labels()
  resetPlayer({}, page.scope)
  expect([page.stored.size, labels()]).toEqual([0, before])
  expect(instrumentPage(page, [player()]).labels()).not.toEqual(before)
})

it('nothing connects the id that was withdrawn with the next', () => {
  const page = createFakePage()
  const { telemetry, labels } = instrumentPage(page, [player()])
  telemetry.setEnabled(false)
  telemetry.setEnabled(true)
  expect([labels(), page.stored.size]).toEqual([{}, 0])
})

it('is removed by a no that comes after the parts were stopped, too', () => {
  const page = createFakePage()
  const { telemetry, labels, stop } = instrumentPage(page, [player()])
  stop()
  expect(page.stored.size).toBe(1)
  telemetry.setEnabled(false)
  expect(page.stored.size).toBe(0)
  telemetry.setEnabled(true)
  expect(labels()).toEqual({})
})

it('is nobody where the browser asks for privacy, and no more', () => {
  const page = createFakePage({ navigator: { globalPrivacyControl: true } })
  page.stored.set('downlink-player', 'anna')
  const { telemetry, labels } = instrumentPage(page, [player()])
  expect([labels(), page.stored.size]).toEqual([undefined, 0])
  telemetry.identify('account-7')
  expect(labels()).toEqual({ player: 'account-7' })
})

it.each([
  ['is missing', undefined],
  [
    'is full',
    {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('Full', 'QuotaExceededError')
      },
    },
  ],
])('is nobody where the storage %s', (_, localStorage) => {
  const page = createFakePage({ localStorage })
  expect(instrumentPage(page, [player()]).labels()).toBeUndefined()
  expect(() => resetPlayer({}, page.scope)).not.toThrow()
})
