/** Lets the pages of a context reach this machine, where Chromium would ask its user first (Local Network Access). */
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test'

/** One a browser, for as long as it runs: what a session has allowed ends with it. */
const sessions = new WeakMap<Browser, Promise<CDPSession>>()

/**
 * Allows nothing but that. Playwright's own `grantPermissions` denies whatever it does not name, so that a game could
 * no more write to the clipboard, or read its sensors. Where a browser refuses, its page is kept out and the browser
 * says so: that is told with what is missing.
 */
export async function allowLocalNetwork(context: BrowserContext): Promise<void> {
  const browser = context.browser()
  if (browser?.browserType().name() !== 'chromium') return
  const session = sessions.get(browser) ?? browser.newBrowserCDPSession()
  sessions.set(browser, session)
  let contextId: Promise<string | undefined> | undefined

  const allow = async (origin?: string): Promise<void> => {
    const browserContextId = await contextId
    await (await session).send('Browser.setPermission', {
      permission: { name: 'loopback-network' },
      setting: 'granted',
      ...(origin !== undefined && { origin }),
      ...(browserContextId !== undefined && { browserContextId }),
    })
  }
  const learn = (page: Page): void => {
    if (contextId !== undefined) return
    contextId = contextIdOf(page)
    contextId.catch(() => {
      // That page has closed or crashed: the next one is asked.
      contextId = undefined
    })
    allow().catch(() => {})
  }
  for (const page of context.pages()) learn(page)
  context.on('page', learn)
  context.on('request', (request) => {
    if (!request.isNavigationRequest() || contextId === undefined) return
    // By name, too, for what the test grants to an origin denies it the rest.
    const { origin } = new URL(request.url())
    if (origin !== 'null') allow(origin).catch(() => {})
  })
  await session.catch(() => {})
}

async function contextIdOf(page: Page): Promise<string | undefined> {
  const session = await page.context().newCDPSession(page)
  const { targetInfo } = await session.send('Target.getTargetInfo')
  session.detach().catch(() => {})
  return targetInfo.browserContextId
}
