/** No address of a player is kept anywhere: not in the folder, in answers, in metrics, nor in what the command prints. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { serve } from './run-command.ts'

const marker = 'stored-all-the-same'
const secrets = ['--key', 'write-key', '--read-token', 'read-token']
/** Of whoever reads, once all is there that was acknowledged. */
const reading = { authorization: 'Bearer read-token', prefer: 'wait=60' }

interface Sender {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly localAddress?: string
}

/** Answers, or breaks off in the midst of a body. */
function ask(url: string, { headers, localAddress }: Sender, body: string | undefined, isCut = false): Promise<number> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST'
    const outgoing = request(
      url,
      { method, headers, ...(localAddress !== undefined && { localAddress }) },
      (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    outgoing.once('error', () => resolve(0))
    if (!isCut) outgoing.end(body)
    else outgoing.write(body, () => outgoing.destroy())
  })
}

/** Sends frames one after the other, each once something was answered, until it is closed. */
function talk(telemetry: string, { headers, localAddress }: Sender, frames: readonly unknown[]): Promise<void> {
  const options = { headers, ...(localAddress !== undefined && { localAddress }) }
  const socket = new WebSocket(telemetry, ['downlink.v1'], options)
  const rest = [...frames]
  const sendNext = (): void => {
    const frame = rest.shift()
    if (frame === undefined) socket.close()
    else socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }
  socket.on('open', sendNext)
  socket.on('message', sendNext)
  socket.on('error', () => {})
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

/** Does what players do, and what goes wrong for them. */
async function playAndFail(url: string, sender: Sender): Promise<void> {
  const telemetry = `${url.replace('http', 'ws')}/telemetry`
  const withKey = { ...sender, headers: { ...sender.headers, authorization: 'Bearer write-key' } }
  const [session, proof] = [crypto.randomUUID(), 'a'.repeat(32)]
  const hello = { t: 'hello', session, proof, conn: 1, key: 'write-key', next: 1, pushed: 0, now: Date.now() }
  const event = { type: 'x', timestamp: 1, data: { marker } }
  const batch = { t: 'batch', seq: 1, pushed: 2, events: [event, { type: 'x', timestamp: 1, data: '\ud800' }] }
  await talk(telemetry, sender, [{ ...hello, meta: { labels: { marker } } }, batch])
  await talk(telemetry, sender, [{ ...hello, conn: 2, proof: 'b'.repeat(32) }])
  await talk(telemetry, sender, [{ ...hello, session: crypto.randomUUID(), key: 'wrong' }])
  await talk(telemetry, sender, ['no frame'])
  await talk(telemetry, { ...sender, headers: { ...sender.headers, origin: 'https://elsewhere.example' } }, [hello])
  await ask(`${url}/telemetry`, withKey, JSON.stringify([event]))
  await ask(`${url}/telemetry`, withKey, '{"half')
  await ask(`${url}/telemetry`, sender, JSON.stringify([event]))
  await ask(`${url}/telemetry`, withKey, 'x'.repeat(300_000))
  await ask(`${url}/telemetry`, withKey, '[{"type":', true)
  await Promise.all(Array.from({ length: 250 }, () => ask(`${url}/telemetry`, withKey, JSON.stringify([event]))))
  await ask(`${url}/nowhere`, sender, undefined)
}

/** Until nothing that is shown from this address is looked at any more. */
async function guessTokens(url: string, sender: Sender): Promise<void> {
  const wrong = { ...sender, headers: { ...sender.headers, authorization: 'Bearer wrong' } }
  for (let guess = 0; guess < 25; guess++) await ask(`${url}/api/sessions`, wrong, undefined)
}

async function answersOf(url: string): Promise<string> {
  const paths = ['/metrics', '/api/health', '/api/sessions', '/api/events', '/api/rejected', '/api/labels']
  const dumps = ['events', 'sessions', 'rejected'].map((table) => `/api/dump?format=ndjson&table=${table}`)
  const texts = [...paths, ...dumps].map(async (path) => (await fetch(`${url}${path}`, { headers: reading })).text())
  return (await Promise.all(texts)).join('\n')
}

/** All that is in the database's tables, and the bytes of all files. */
async function contentOf(
  data: string,
): Promise<{ readonly tables: string; readonly files: string; readonly log: string }> {
  const instance = await DuckDBInstance.create(join(data, 'downlink.duckdb'))
  const connection = await instance.connect()
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  let tables = ''
  for (const [schema, table] of await rowsOf('SELECT schema_name, table_name FROM duckdb_tables()')) {
    tables += JSON.stringify(await rowsOf(`SELECT * FROM "${schema}"."${table}"`))
  }
  connection.closeSync()
  instance.closeSync()
  let [files, log] = ['', '']
  for (const name of (await readdir(data, { recursive: true })).map(String)) {
    if (!(await stat(join(data, name))).isFile()) continue
    const bytes = await readFile(join(data, name), 'latin1')
    files += `${name}\n${bytes}`
    if (name.startsWith('log')) log += bytes
  }
  return { tables, files, log }
}

const senders: readonly (readonly [string, Sender, readonly string[]])[] = [
  [
    'a proxy brings',
    { address: '203.0.113.77', headers: { 'x-forwarded-for': '203.0.113.77' } },
    ['--trust-proxy', '1'],
  ],
  ['comes by itself', { address: '127.0.0.77', localAddress: '127.0.0.77', headers: {} }, []],
  [
    'a proxy brings that is not believed',
    { address: '203.0.113.78', headers: { 'x-forwarded-for': '203.0.113.78' } },
    [],
  ],
]

it.each(senders)('keeps no address of a player whom %s', async (_, sender, flags) => {
  if (sender.localAddress !== undefined && process.platform !== 'linux') return
  const collector = await serve([...secrets, ...flags, '--verbose'])
  await playAndFail(collector.url, sender)
  const answers = await answersOf(collector.url)
  await guessTokens(collector.url, sender)
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const { tables, files, log } = await contentOf(collector.data)
  // It is looked for where it would be: what was stored is found there.
  expect([answers, tables, log].map((text) => text.includes(marker))).toEqual([true, true, true])
  expect(answers.includes('downlink_refusals_total{reason="unauthorised"} 2')).toBe(true)
  for (const [where, text] of Object.entries({
    answers,
    tables,
    files,
    out: collector.stdout(),
    log: collector.stderr(),
  })) {
    expect(text.includes(sender.address), `${sender.address} in ${where}`).toBe(false)
  }
})
