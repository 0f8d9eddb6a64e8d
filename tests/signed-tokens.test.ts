/** Signed tokens from end to end: the guide's server and page, a collector's command, rotation, and a token that ends on the way. */
import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTelemetry } from '@downlink/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { freshFolder, post, run, serve } from '../packages/cli/test/run-command.ts'
import { aClient, aCollector, aHello, aSocket } from '../packages/collector/test/harness.ts'
import { blocksOf, moduleOf, readPage } from './docs-page.ts'

const page = await readPage('guides/deploy.md')
const [gameServer = ''] = blocksOf(page, 'Signed tokens', 'js')

const secret = 'the first secret, of 32 bytes or more'
const nextSecret = 'the next secret, of 32 bytes or more'
const event = { type: 'x' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function aSecretFile(...lines: string[]): Promise<string> {
  const file = join(freshFolder(), 'token-secret')
  await writeFile(file, `# of the game's server\n${lines.join('\n')}\n`)
  return file
}

async function aToken(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['token', ...args])
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** What the guide lets a game's server sign. */
async function tokenOfTheGame(by: string): Promise<string> {
  vi.stubEnv('DOWNLINK_TOKEN_SECRET', by)
  onTestFinished(() => void vi.unstubAllEnvs())
  const { telemetryToken } = await moduleOf<{ telemetryToken: () => Promise<string> }>(gameServer)
  return telemetryToken()
}

/** One that ends so many milliseconds from now, by the collector's clock and its tolerance. */
function aTokenFor(remainingMs: number): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = (Date.now() + remainingMs - 60_000) / 1000
  const signed = `${encode({ alg: 'HS256' })}.${encode({ scope: 'write', exp })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

it('lets players send whose token the game signed, and nobody without one', async () => {
  const { url } = await serve(['--token-secret-file', await aSecretFile(secret)])
  expect(await post(url, [event], bearer(await tokenOfTheGame(secret)))).toBe(200)
  expect(await post(url, [event])).toBe(401)
  expect(await post(url, [event], bearer(await tokenOfTheGame(nextSecret)))).toBe(401)
  expect(await post(url, [event], bearer(secret))).toBe(401)
})

it('holds each token of the command to its scope', async () => {
  const file = await aSecretFile(secret)
  const { url } = await serve(['--token-secret-file', file])
  const text = '-- title: Mine\n-- answers: One.\n-- chart: table\nSELECT 1 AS one\n'
  const put = { method: 'PUT', body: JSON.stringify({ text }) }
  for (const [scope, ...expected] of [
    ['write', 200, 403, 403],
    ['read', 401, 200, 403],
    ['admin', 401, 200, 200],
  ] as const) {
    const headers = bearer(await aToken('--scope', scope, '--secret-file', file))
    const read = await fetch(`${url}/api/questions`, { headers })
    const saved = await fetch(`${url}/api/questions/mine`, {
      ...put,
      headers: { ...headers, 'content-type': 'application/json' },
    })
    expect([await post(url, [event], headers), read.status, saved.status], scope).toEqual(expected)
  }
})

it('changes its secret without refusing anybody, as the guide says', async () => {
  const [before, after] = [await tokenOfTheGame(secret), await tokenOfTheGame(nextSecret)]
  const both = await serve(['--token-secret-file', await aSecretFile(secret, nextSecret)])
  expect([await post(both.url, [event], bearer(before)), await post(both.url, [event], bearer(after))]).toEqual([
    200, 200,
  ])
  const then = await serve(['--token-secret-file', await aSecretFile(nextSecret)])
  expect([await post(then.url, [event], bearer(before)), await post(then.url, [event], bearer(after))]).toEqual([
    401, 200,
  ])
})

it('signs by the first secret of a file, or that of the environment', async () => {
  const file = await aSecretFile(nextSecret, secret)
  const { url } = await serve([], { DOWNLINK_TOKEN_SECRET: nextSecret })
  expect(await post(url, [event], bearer(await aToken('--scope', 'write', '--secret-file', file)))).toBe(200)
  const { stdout } = await run(['token', '--scope', 'write', '--expires', '90s'], { DOWNLINK_TOKEN_SECRET: nextSecret })
  expect(await post(url, [event], bearer(stdout.trim()))).toBe(200)
})

it.each([
  [['--scope', 'write'], {}, 'Expected a secret, got none [bad_usage]'],
  [['--scope', 'write'], { DOWNLINK_TOKEN_SECRET: 'short' }, 'at least 32 bytes, got 5 [bad_option]'],
  [['--scope', 'root'], { DOWNLINK_TOKEN_SECRET: secret }, 'Allowed choices are write, read, admin'],
  [[], { DOWNLINK_TOKEN_SECRET: secret }, "required option '--scope <scope>' not specified"],
  [['--scope', 'read', '--expires', '32d'], { DOWNLINK_TOKEN_SECRET: secret }, 'such as 90s, 15m, 12h or 30d'],
  [['--scope', 'read', '--expires', '0s'], { DOWNLINK_TOKEN_SECRET: secret }, 'such as 90s, 15m, 12h or 30d'],
  [['--scope', 'read', '--expires', '60'], { DOWNLINK_TOKEN_SECRET: secret }, 'such as 90s, 15m, 12h or 30d'],
])('signs nothing for %j with %j', async (args, env, message) => {
  const { exitCode, stdout, stderr } = await run(['token', ...args], env)
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).not.toContain(secret)
})

it('wants its secret beyond loopback in the place of key and read token', async () => {
  const { url } = await serve(['--host', '0.0.0.0'], { DOWNLINK_TOKEN_SECRET: secret })
  expect(await post(url, [event])).toBe(401)
  expect((await fetch(`${url}/api/sessions`)).status).toBe(401)
})

it('refuses a token that has ended at the hello, so that the client fetches a fresh one', async () => {
  const { listening } = await aCollector({ tokenSecrets: [secret] })
  const client = await aClient(listening, aHello({ key: aTokenFor(-1000) }))
  await expect(client.hello()).rejects.toThrow('closed')
  expect(await client.closed).toEqual({ code: 4401, reason: 'The token has ended; come back with a fresh one' })
})

it('closes sockets whose token ends, acknowledged or plain, and asks them to come back', async () => {
  const { listening } = await aCollector({ tokenSecrets: [secret], limits: { heartbeatMs: 300 } })
  const [key, startedMs] = [aTokenFor(3_600_000), Date.now()]
  const client = await aClient(listening, aHello({ key }))
  expect(await client.hello()).toMatchObject({ t: 'welcome' })
  const plain = await aSocket(`${listening.telemetry}?key=${key}`)
  const wall = vi.spyOn(Date, 'now').mockReturnValue(startedMs + 3_600_000)
  onTestFinished(() => wall.mockRestore())
  const ended = { code: 1012, reason: 'The token has ended; come back with a fresh one' }
  expect([await client.closed, await plain.closed]).toEqual([ended, ended])
})

it('takes what comes at once behind the upgrade of a plain socket, and refuses one without a token', async () => {
  const { listening, collector } = await aCollector({ tokenSecrets: [secret] })
  const plain = await aSocket(`${listening.telemetry}?key=${aTokenFor(60_000)}`)
  plain.sendText(JSON.stringify([event]))
  await vi.waitFor(async () => {
    const { rows } = await collector.query('SELECT count(*)::INT FROM events')
    expect(rows).toEqual([[1]])
  }, 10_000)
  const refused = await aSocket(listening.telemetry)
  expect(await refused.closed).toEqual({ code: 4401, reason: 'Expected a valid key' })
})

it('goes on with a fresh token, through the end of each, and loses nothing', async () => {
  const { listening, collector } = await aCollector({ tokenSecrets: [secret], limits: { heartbeatMs: 300 } })
  const tokens: string[] = []
  const telemetry = createTelemetry({
    url: listening.url,
    enabled: true,
    environment: { createSocket: (url, protocols) => new WebSocket(url, [...protocols]) as never },
    drainIntervalMs: 10,
    backoffBaseMs: 10,
    getToken() {
      // The first has ended before it is used, and the last lasts until all is sent, however slow the machine is.
      tokens.push(aTokenFor([-1000, 500, 500, 500][tokens.length] ?? 3_600_000))
      return tokens.at(-1) ?? ''
    },
  })
  telemetry.start()
  onTestFinished(() => telemetry.stop())
  let pushed = 0
  await vi.waitFor(
    () => {
      telemetry.push('x', { at: pushed++ })
      expect(tokens.length).toBeGreaterThan(4)
    },
    { timeout: 30_000, interval: 20 },
  )
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  const { rows } = await collector.query('SELECT count(*)::INT, count(DISTINCT seq)::INT, max(seq)::INT FROM events')
  expect(rows).toEqual([[pushed, pushed, pushed]])
})
