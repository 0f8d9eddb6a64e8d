import { expect, it } from 'vitest'
import { createFakePage, instrumentPage } from './test-doubles.ts'
import { visibility } from './visibility.ts'

it('tells how long the page was seen, and how long not', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [visibility()])
  page.advance(5000)
  page.hide()
  page.advance(60_000.4)
  page.show()
  page.advance(1000)
  page.hide()
  expect(pushed('page_hidden')).toEqual([{ shownMs: 5000 }, { shownMs: 1000 }])
  expect(pushed('page_shown')).toEqual([{ hiddenMs: 60_000 }])
})
