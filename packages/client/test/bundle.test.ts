/** What a game's bundle holds of the client, and where it can be loaded. */
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** @param nodeEnv what the bundler says; without it, it says nothing, as where a page loads the files themselves */
async function bundle(nodeEnv?: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createTelemetry } from '@downlink/client'; globalThis.createTelemetry = createTelemetry`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: nodeEnv !== undefined,
    platform: 'neutral',
    format: 'iife',
    write: false,
    define: nodeEnv === undefined ? {} : { 'process.env.NODE_ENV': JSON.stringify(nodeEnv) },
  })
  return outputFiles[0]?.text ?? ''
}

const onlyForDevelopers = /localhost|127|Electron|Capacitor|was rejected as|isFrozen/

it('holds nothing of what only a developer needs, where a bundler says production', async () => {
  expect(await bundle('production')).not.toMatch(onlyForDevelopers)
  expect(await bundle('development')).toMatch(/was rejected as/)
})

/** A platform with nothing but the language, a console and what is given. */
function runBare(code: string, globals: object = {}): { run: (code: string) => unknown; warnings: unknown[] } {
  const warnings: unknown[] = []
  const context = createContext({
    console: { warn: (text: unknown) => warnings.push(text) },
    URL,
    TextEncoder,
    ...globals,
  })
  const run = (source: string): unknown => runInContext(source, context)
  run(code)
  return { run, warnings }
}

const refused = () => {
  throw new Error('Disallowed operation called within global scope')
}

it('can be loaded and made where nothing random and no timer is allowed yet, as in the global scope of workerd', async () => {
  const { run } = runBare(await bundle('production'), {
    crypto: { getRandomValues: refused, randomUUID: refused },
    performance: { now: refused },
    setTimeout: refused,
    fetch: refused,
    WebSocket: refused,
  })
  expect(
    run(`Math.random = Date.now = () => { throw new Error('too early') };
    globalThis.telemetry = createTelemetry({ enabled: true, url: 'wss://collector.example', build: 'b' });
    telemetry.status().status`),
  ).toBe('idle')
})

it.each([
  ['neither crypto nor performance', {}],
  ['a crypto and a performance that lack what is needed', { crypto: {}, performance: {} }],
])('records where there is %s', async (_, globals) => {
  const { run, warnings } = runBare(await bundle('production'), globals)
  expect(
    run(`globalThis.telemetry = createTelemetry({ enabled: true, url: 'wss://collector.example' });
    telemetry.push('level_started', { level: 3 });
    telemetry.recent(1)[0].data.level`),
  ).toBe(3)
  expect(run('telemetry.sessionId')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(warnings).toEqual([])
})

/** Does it freeze payloads, as it does in development? */
const freezes = `
  const data = { n: 1 }
  createTelemetry({ url: 'wss://collector.example', enabled: true }).push('tick', data)
  Object.isFrozen(data)`

it.each<[string, string, boolean]>([
  ['http://localhost:8080/', 'a file server', true],
  ['http://127.0.0.1:4180/play/', 'a collector', true],
  ['http://[::1]:8080/', 'a file server', true],
  ['http://0.0.0.0:8000/', 'as Python prints it', true],
  ['http://localhost/', 'an Android shell', false],
  ['https://localhost/', 'Cordova', false],
  ['https://localhost:8443/', 'a dev server by https', false],
  ['http://tauri.localhost/', 'Tauri', false],
  ['http://localhost.example:8080/', 'somebody else', false],
  ['http://192.168.1.5:8080/', 'the local network', false],
  ['capacitor://localhost/', 'Capacitor', false],
  ['app://localhost/', 'Electron', false],
  ['file:///game/index.html', 'a file', false],
  ['https://game.example/', 'a site', false],
])('a page at %s (%s), where no bundler has spoken, is development: %s', async (href, _, isDevelopment) => {
  const { run } = runBare(await bundle(), { location: { href } })
  expect(run(freezes)).toBe(isDevelopment)
})

it.each(['Capacitor', 'cordova', 'NL_PORT'])('a shell that sets %s is production on any address', async (mark) => {
  const { run } = runBare(await bundle(), { location: { href: 'http://localhost:8080/' }, [mark]: {} })
  expect(run(freezes)).toBe(false)
})
