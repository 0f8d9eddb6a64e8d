/** The `telemetry` fixture on a deployed site: it works where a browser lets it, and says what keeps it where not. */
import { expect, test } from './fixtures/deployed.ts'

// Whatever the page sends.
test.use({ telemetryEvents: { schemas: {} } })

/** For what does not come. */
const brief = { timeout: 1500 }

const stateOf = (name: string) => `navigator.permissions.query({ name: '${name}' }).then(({ state }) => state)`

test('reaches the collector on this machine, and leaves other permissions as they are', async ({
  page,
  telemetry,
  site,
}) => {
  await page.goto(site.secure)
  await expect(telemetry).toHaveReceived('hello', { from: 'afar' })
  expect(await page.evaluate(stateOf('clipboard-write'))).toBe('granted')
  expect(await page.evaluate(stateOf('geolocation'))).toBe('prompt')
})

test('a popup, a page of another origin and a second context reach it, too', async ({
  page,
  telemetry,
  site,
  browser,
}) => {
  await page.goto(site.secure)
  await page.evaluate(() => void open(location.href))
  const context = await browser.newContext()
  await telemetry.instrument(context)
  await (await context.newPage()).goto(site.secure)
  await expect(telemetry).toHaveReceivedTimes('hello', 3)
  await context.close()
})

test.describe('with permissions of its own', () => {
  test.use({ permissions: ['geolocation'] })

  test('a test keeps them', async ({ page, context, telemetry, site }) => {
    await context.grantPermissions(['notifications'], { origin: site.secure })
    await page.goto(site.secure)
    await expect(telemetry).toHaveReceived('hello')
    expect(await page.evaluate(stateOf('notifications'))).toBe('granted')
  })

  test('a test hears where they take ours away', async ({ page, context, telemetry, site }) => {
    await page.route(site.secure, async (route) => {
      // After the fixture has heard of the navigation, and before the page is there.
      await context.grantPermissions(['notifications'], { origin: site.secure })
      await route.continue()
    })
    await page.goto(site.secure)
    await expect(expect(telemetry).toHaveReceived('hello', {}, brief)).rejects.toThrow(
      /No page has connected:\n.*ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS\n +Local Network Access .*grants once the page is there/,
    )
  })
})

test('names Local Network Access where the page is no secure context', async ({ page, telemetry, site }) => {
  await page.goto(site.insecure)
  await expect(telemetry.waitFor('hello', undefined, brief)).rejects.toThrow(/Local Network Access .*by https/)
})

test('names it where the game is in a frame of a portal', async ({ page, telemetry, site }) => {
  await page.goto(`${site.insecure}/?frame=${site.secure}`)
  await expect(expect(telemetry).toHaveReceived('hello', {}, brief)).rejects.toThrow(/allow="loopback-network"/)
})

const csp = "?csp=default-src 'unsafe-inline'"

test('names the Content-Security-Policy', async ({ page, telemetry, site }) => {
  await page.goto(site.secure + csp)
  await expect(expect(telemetry).toHaveReceived('hello', {}, brief)).rejects.toThrow(
    /No page has connected:\n +The browser: .*ws:\/\/127\.0\.0\.1.*\n +The page's Content-Security-Policy .*`bypassCSP: true`/,
  )
  await expect(expect(telemetry).toBeBalanced(brief)).rejects.toThrow('`bypassCSP: true`')
})

test.describe('with bypassCSP', () => {
  test.use({ bypassCSP: true })

  test('it works all the same', async ({ page, telemetry, site }) => {
    await page.goto(site.secure + csp)
    await expect(telemetry).toHaveReceived('hello')
  })
})
