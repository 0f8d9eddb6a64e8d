/** Judges a view of the collector's page: axe finds nothing, and it fits; pictures of it go to the report. */
import { expect, type Page, type TestInfo, test } from '@playwright/test'
import axe from 'axe-core'

/** A phone, a laptop, and half of a 4K screen at its usual scale. */
const widths = [360, 1280, 2560] as const
const themes = ['light', 'dark'] as const

/**
 * Judges the view as it stands, in both themes: colours are what a theme changes. Leaves the page in the dark one.
 *
 * @param name of the view's state, for the pictures in the report
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()
  const show = (colorScheme: (typeof themes)[number]) => page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  for (const theme of themes) {
    await show(theme)
    const violations = await violationsOf(page)
    expect(
      violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
      ),
      `${name}, ${theme}`,
    ).toEqual([])
  }
  // A view is laid out anew at each width, which takes longer than to colour it anew.
  for (const width of widths) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : Math.round((width * 9) / 16) })
    for (const theme of themes) {
      await show(theme)
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(scrolled, `${name} is wider than ${width} px`).toBeLessThanOrEqual(width)
      await attachPicture(page, test.info(), `${name}-${width}-${theme}`)
    }
  }
  if (before) await page.setViewportSize(before)
}

/** The page's policy allows no script of ours; what a debugger evaluates is not asked. */
async function violationsOf(page: Page): Promise<axe.Result[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()).violations)
}

async function attachPicture(page: Page, testInfo: TestInfo, name: string): Promise<void> {
  const path = testInfo.outputPath(`${name}.png`)
  await page.screenshot({ path })
  await testInfo.attach(name, { path })
}
