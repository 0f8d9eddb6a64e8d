/** The guide for whoever runs a server: its unit as systemd reads it, its nginx in front of a real collector. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished, type TestContext } from 'vitest'
import { fixture, serve } from '../packages/cli/test/run-command.ts'
import { aHello, openClient } from '../packages/collector/test/harness.ts'
import { ensureNginx, nginxAdvice } from '../tools/nginx.ts'
import { run } from '../tools/node-tool.ts'
import { blocksOf, readPage } from './docs-page.ts'

const page = await readPage('guides/deploy.md')
const [unit = ''] = blocksOf(page, 'The service', 'ini')
const [ownServer = '', workers = '', underPath = ''] = blocksOf(page, 'nginx', 'nginx')

const game = 'https://game.example'
const secrets = { DOWNLINK_KEY: 'write', DOWNLINK_READ_TOKEN: 'read' }
const bearer = { authorization: 'Bearer read' }

let folder: string
let nginx: string | undefined
let certificate: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-deploy-'))
  nginx = await ensureNginx(join(folder, 'package'))
  const names = ['-subj', '/CN=telemetry.example', '-addext', 'subjectAltName=DNS:telemetry.example']
  const files = ['-keyout', 'privkey.pem', '-out', 'fullchain.pem']
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files], {
    cwd: folder,
  })
  certificate = await readFile(join(folder, 'fullchain.pem'), 'utf8').catch(() => '')
}, 180_000)

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

/** The arguments of the unit's `downlink serve`, but for those that name a place on its machine. */
function serveFlags(): string[] {
  const command = /^ExecStart=((?:.*\\\n)*.*)/m.exec(unit)?.[1]?.replaceAll('\\\n', ' ') ?? ''
  const words = command.split(/\s+/)
  const flags = words.slice(words.indexOf('serve') + 1)
  const at = flags.indexOf('--schema')
  return flags.toSpliced(at, 2, '--schema', fixture('events.ts'))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Site {
  /** What nginx passes on to. */
  readonly upstream: number
  /** Of the collector's own server, with TLS. */
  readonly secure: number
  /** Of the game's server, which has the collector under a path. */
  readonly plain: number
  readonly accessLog: () => Promise<string>
}

/** The guide's configuration, with our ports, and folders that anybody may write to. */
async function startNginx(context: TestContext): Promise<Site> {
  if (nginx === undefined) context.skip(nginxAdvice)
  if (certificate === '') context.skip('no openssl to make a certificate with')
  const [upstream, secure, plain] = [await freePort(), await freePort(), await freePort()]
  const home = await mkdtemp(join(folder, 'nginx-'))
  const ours = (text: string): string =>
    text
      .replaceAll('127.0.0.1:4180', `127.0.0.1:${upstream}`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${secure} ssl`)
      .replaceAll('/etc/letsencrypt/live/telemetry.example', folder)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${home}/${of};`)
  const configuration = `
    daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    pid ${home}/nginx.pid;
    error_log stderr;
    ${workers}
    http {
      access_log ${home}/access.log;
      ${temporary.join('\n')}
      ${ours(ownServer)}
      server {
        listen 127.0.0.1:${plain};
        server_name game.example;
        ${ours(underPath)}
      }
    }`
  await writeFile(join(home, 'nginx.conf'), configuration)
  await mkdir(join(home, 'logs'))
  const child = spawn(nginx ?? '', ['-p', home, '-c', join(home, 'nginx.conf')])
  onTestFinished(() => ended(child))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  // Where it has ended, what it said is what failed.
  await expect.poll(() => (child.exitCode === null ? accepts(plain) : log), { timeout: 20_000 }).toBe(true)
  return { upstream, secure, plain, accessLog: () => readFile(join(home, 'access.log'), 'utf8') }
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

const accepts = async (port: number): Promise<boolean> =>
  await fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  )

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** As a browser asks that has found telemetry.example at our port. */
function open({ secure }: Site, path: string, { method = 'GET', headers = {}, body }: Asking = {}) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(
      {
        port: secure,
        host: '127.0.0.1',
        servername: 'telemetry.example',
        ca: certificate,
        agent: false,
        path,
        method,
        headers: { host: 'telemetry.example', ...headers },
      },
      resolve,
    )
      .on('error', reject)
      .end(body)
  })
}

async function ask(site: Site, path: string, asking?: Asking): Promise<Answer> {
  const response = await open(site, path, asking)
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

const startCollector = ({ upstream }: Site, flags = serveFlags()) =>
  serve(
    [...flags.filter((flag) => flag !== '--data' && flag !== '/var/lib/downlink'), '--port', `${upstream}`],
    secrets,
  )

const asTelemetryExample = (origin: string) => ({
  ca: certificate,
  servername: 'telemetry.example',
  headers: { host: 'telemetry.example', origin },
})

const anEvent = { type: 'jumped', timestamp: 1, data: { height: 2 } }

it('has a unit that systemd takes', async (context) => {
  if ((await run('systemd-analyze', ['--version'])).exitCode !== 0) context.skip('there is no systemd-analyze here')
  const path = join(folder, 'downlink.service')
  // It looks for the program.
  await writeFile(path, unit.replace('/usr/bin/node', process.execPath))
  expect(await run('systemd-analyze', ['verify', path])).toEqual({ exitCode: 0, output: '' })
})

it('takes events by WebSocket and by POST from the pages of the game, and from no other', async (context) => {
  const site = await startNginx(context)
  await startCollector(site)
  const telemetry = `wss://127.0.0.1:${site.secure}/telemetry`
  const hello = aHello({ key: 'write' })
  const client = await openClient({ telemetry }, hello, asTelemetryExample(game))
  expect(await client.hello()).toMatchObject({ t: 'welcome' })
  expect(await client.batch(1, [anEvent])).toMatchObject({ t: 'ack', seq: 1 })
  client.ws.terminate()

  const foreign = await openClient({ telemetry }, aHello({ key: 'write' }), asTelemetryExample('https://other.example'))
  expect(await foreign.closed).toMatchObject({ code: 4403 })

  const method = 'POST'
  const body = JSON.stringify([anEvent])
  const headers = { origin: game }
  expect(await ask(site, '/telemetry?key=write', { method, headers, body })).toMatchObject({
    status: 200,
    headers: { 'access-control-allow-origin': game },
  })
  const large = JSON.stringify([{ ...anEvent, type: 'x'.repeat(200_000) }])
  expect(await ask(site, '/telemetry?key=write', { method, headers, body: large })).toMatchObject({ status: 200 })
  expect(await ask(site, `/api/sessions/${hello.session}/ledger`, { headers: bearer })).toMatchObject({ status: 200 })
  // nginx writes its line only once the answer is out.
  await expect.poll(() => site.accessLog()).toContain('/ledger')
  expect(await site.accessLog()).not.toContain('/telemetry')
})

it('answers who watches over it', async (context) => {
  const site = await startNginx(context)
  const collector = await startCollector(site)
  expect(await ask(site, '/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}' })
  expect(await ask(site, '/readyz')).toMatchObject({ status: 200, text: '{"status":"ok","reads":"ok"}' })
  expect(await ask(site, '/metrics')).toMatchObject({ status: 401 })
  const metrics = await ask(site, '/metrics', { headers: bearer })
  expect(metrics).toMatchObject({ status: 200 })
  for (const [name] of JSON.stringify(page).matchAll(/downlink_\w+/g)) {
    // `serve --otlp` alone has those of OpenTelemetry.
    if (!/^downlink_(connection|read|otlp_.*)$/.test(name)) expect(metrics.text).toContain(name)
  }
  collector.child.kill('SIGTERM')
  expect(await collector.exitCode).toBe(0)
})

it('lets a browser in that has shown the read token, over https alone', async (context) => {
  const site = await startNginx(context)
  await startCollector(site)
  const html = (await ask(site, '/')).text
  expect(html).toContain('<title>Downlink</title>')
  for (const [, path = ''] of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
    expect(await ask(site, `/${path}`)).toMatchObject({ status: 200 })
  }
  expect(await ask(site, '/api/sessions')).toMatchObject({ status: 401 })

  const headers = { 'content-type': 'application/json', origin: 'https://telemetry.example' }
  const shown = await ask(site, '/api/token', { method: 'POST', headers, body: '{"token":"read"}' })
  expect(shown).toMatchObject({ status: 204 })
  const [cookie = ''] = shown.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/^downlink_read=[\w-]+; HttpOnly; SameSite=Strict; Secure$/)
  const [value = ''] = cookie.split(';')
  expect(await ask(site, '/api/sessions', { headers: { cookie: value } })).toMatchObject({ status: 200 })
  expect(await ask(site, '/api/sessions', { headers: { cookie: value, origin: game } })).toMatchObject({ status: 403 })
})

it('passes the live feed on as it comes', async (context) => {
  const site = await startNginx(context)
  await startCollector(site)
  const feed = await open(site, '/api/live', { headers: bearer })
  onTestFinished(() => void feed.destroy())
  let seen = ''
  feed.setEncoding('utf8').on('data', (text: string) => {
    seen += text
  })
  await expect.poll(() => seen, { timeout: 20_000 }).toContain('event: counters')
  await ask(site, '/telemetry?key=write', { method: 'POST', body: JSON.stringify([anEvent]) })
  await expect.poll(() => seen, { timeout: 20_000 }).toContain('"jumped"')
})

it('has room for it under a path of the site of the game', async (context) => {
  const site = await startNginx(context)
  const publicUrl = /--public-url (https:\/\/game\.example\S*?)`/.exec(await guide())?.[1] ?? ''
  const flags = serveFlags()
  await startCollector(site, flags.toSpliced(flags.indexOf('--public-url') + 1, 1, publicUrl))
  const base = `http://127.0.0.1:${site.plain}/downlink/`
  const html = await (await fetch(base)).text()
  for (const [, path = ''] of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) {
    expect((await fetch(base + path)).status).toBe(200)
  }
  const headers = { 'content-type': 'application/json' }
  const shown = await fetch(`${base}api/token`, { method: 'POST', headers, body: '{"token":"read"}' })
  const cookie = shown.headers.get('set-cookie') ?? ''
  // Without a path of its own a browser keeps it below /downlink/api: the game's other paths never see it.
  expect(cookie).not.toContain('Path=')
  expect((await fetch(`${base}api/sessions`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200)

  const from = { headers: { host: 'game.example', origin: game } }
  const telemetry = `${base.replace('http', 'ws')}telemetry`
  const client = await openClient({ telemetry }, aHello({ key: 'write' }), from)
  expect(await client.hello()).toMatchObject({ t: 'welcome' })
  expect(await client.batch(1, [anEvent])).toMatchObject({ t: 'ack', seq: 1 })
  client.ws.terminate()
})

it('tells the collector who asks, whatever they say themselves', async (context) => {
  const site = await startNginx(context)
  const echo = createHttpServer(({ headers }, response) => response.end(JSON.stringify(headers)))
  echo.listen(site.upstream, '127.0.0.1')
  await once(echo, 'listening')
  onTestFinished(() => {
    echo.closeAllConnections()
    echo.close()
  })
  const headers = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
  }
  for (const path of ['/', '/telemetry']) {
    const { text } = await ask(site, path, { headers })
    expect(JSON.parse(text)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'telemetry.example',
      'x-forwarded-proto': 'https',
    })
  }
  const answer = await fetch(`http://127.0.0.1:${site.plain}/downlink/x`, { headers })
  expect(await answer.json()).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
})

const guide = () => readFile(new URL('../docs/guides/deploy.md', import.meta.url), 'utf8')
