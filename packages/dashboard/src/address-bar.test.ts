import { expect, it, vi } from 'vitest'
import { type Browser, barIntervalMs, createAddressBar } from './address-bar.ts'

/** A browser's address and history, whose timers are run by hand. */
function aBrowser() {
  const target = new EventTarget()
  const entries = ['']
  const timers: (() => void)[] = []
  let changes = 0
  const browser: Browser = {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    location: {
      get hash() {
        return entries.at(-1) ?? ''
      },
    },
    history: {
      pushState: (_state, _title, href) => void entries.push(String(href)),
      replaceState(_state, _title, href) {
        changes++
        entries[entries.length - 1] = String(href)
      },
    },
    setTimeout(run, ms) {
      expect(ms).toBe(barIntervalMs)
      timers.push(run)
    },
  }
  return {
    bar: createAddressBar(() => browser),
    entries,
    changes: () => changes,
    pass: () => timers.shift()?.(),
    fire: (type: string) => target.dispatchEvent(new Event(type)),
    /** As when somebody follows a link, or writes into the bar. */
    goTo(hash: string) {
      entries.push(hash)
      target.dispatchEvent(new Event('hashchange'))
    },
  }
}

it('shows each address at once, and changes the bar only now and then, the last one at the end', () => {
  const { bar, entries, changes, pass } = aBrowser()
  const shown: string[] = []
  bar.subscribe(() => shown.push(bar.fragment()))
  const typed = Array.from({ length: 300 }, (_, at) => `#/live?text=${'x'.repeat(at + 1)}`)
  for (const fragment of typed) bar.replace(fragment)
  expect(shown).toEqual(typed)
  expect(entries).toEqual([typed[0]])
  pass()
  expect(entries).toEqual([typed.at(-1)])
  pass()
  pass()
  expect(changes()).toBe(2)
  bar.replace('#/live')
  expect(entries).toEqual(['#/live'])
})

it.each([
  ['another address is shown', ({ bar }: ReturnType<typeof aBrowser>) => bar.push('#/health')],
  ['a link is clicked', ({ fire }: ReturnType<typeof aBrowser>) => fire('click')],
  ['the page is left', ({ fire }: ReturnType<typeof aBrowser>) => fire('pagehide')],
])('has the bar follow before %s', (_, leave) => {
  const browser = aBrowser()
  browser.bar.subscribe(() => {})
  for (const fragment of ['#/live?type=a', '#/live?type=ab']) browser.bar.replace(fragment)
  expect(browser.entries).toEqual(['#/live?type=a'])
  leave(browser)
  expect(browser.entries[0]).toBe('#/live?type=ab')
})

it('follows whoever goes elsewhere, and forgets what was to be written', () => {
  const { bar, goTo, pass, entries } = aBrowser()
  const listener = vi.fn()
  bar.subscribe(listener)
  bar.replace('#/live?type=a')
  bar.replace('#/live?type=ab')
  goTo('#/sessions')
  expect(bar.fragment()).toBe('#/sessions')
  expect(listener).toHaveBeenCalledTimes(3)
  pass()
  expect(entries).toEqual(['#/live?type=a', '#/sessions'])
})

it('listens to the browser as long as somebody listens to it', () => {
  const { bar, goTo } = aBrowser()
  const [one, other] = [vi.fn(), vi.fn()]
  const stopOne = bar.subscribe(one)
  const stopOther = bar.subscribe(other)
  stopOne()
  goTo('#/sessions')
  stopOther()
  goTo('#/health')
  expect([one.mock.calls.length, other.mock.calls.length]).toEqual([0, 1])
  expect(bar.fragment()).toBe('#/health')
})
