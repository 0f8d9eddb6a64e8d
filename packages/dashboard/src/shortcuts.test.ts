import { expect, it } from 'vitest'
import { createShortcuts } from './shortcuts.ts'

it('runs what a key stands for while it is added, the later one of two', () => {
  const shortcuts = createShortcuts()
  const ran: string[] = []
  const one = (key: string, does: string) => ({ key, does, run: () => void ran.push(does) })
  shortcuts.add([one('1', 'Live'), one('p', 'page')])
  const takeBack = shortcuts.add([one('p', 'Pause')])
  expect(shortcuts.snapshot().map(({ does }) => does)).toEqual(['Live', 'page', 'Pause'])
  expect([shortcuts.press('p'), shortcuts.press('x')]).toEqual([true, false])
  takeBack()
  shortcuts.press('p')
  expect(ran).toEqual(['Pause', 'page'])
})

it('tells when the keys change, and keeps its list as long as they do not', () => {
  const shortcuts = createShortcuts()
  let changes = 0
  const unsubscribe = shortcuts.subscribe(() => changes++)
  const takeBack = shortcuts.add([])
  expect(shortcuts.snapshot()).toBe(shortcuts.snapshot())
  takeBack()
  unsubscribe()
  shortcuts.add([])
  expect(changes).toBe(2)
})
