/** Writes into the page's editor of SQL as somebody would: `fill` selects behind the editor's back, which then selects as before. */
import { expect, type Page } from '@playwright/test'

export async function writeSql(page: Page, sql: string): Promise<void> {
  const editor = page.locator('.cm-content')
  await expect(editor).toBeVisible()
  await editor.press('ControlOrMeta+A')
  await page.keyboard.insertText(sql)
}
