/** A verification of a collector that stops its clients for good, as none may: it ends, and says which session, and why. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeCodes, subprotocol } from '@downlink/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { run } from './run-command.ts'

const sentence = 'A newer connection of this session took over'

/**
 * Acknowledges whatever comes first, and who comes after that. Who was there before is closed as if replaced.
 *
 * @returns its address, and which of its routes were asked
 */
async function aStoppingCollector(forgets = true) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.replace(/&.*/, '')}`)
    const isRefused = !forgets && request.url?.startsWith('/api/forget?dryRun=false')
    const answered = isRefused ? Promise.resolve(refused) : answerTo(request)
    answered.then(({ status, body }) => response.writeHead(status).end(`${JSON.stringify(body)}\n`))
  })
  const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol })
  const early = new Set<WebSocket>()
  let hasBegun = false
  sockets.on('connection', (socket) => {
    if (!hasBegun) early.add(socket)
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data))
      const totals = { dropped: {}, rejected: {} }
      if (frame.t === 'hello') {
        const limits = { window: 2000, maxBatchBytes: 262_144, beatMs: 15_000, now: frame.now, features: [] }
        socket.send(JSON.stringify({ t: 'welcome', ack: frame.next - 1, totals, ...limits }))
      } else if (frame.t === 'batch') {
        if (!hasBegun) early.delete(socket)
        hasBegun = true
        if (early.has(socket)) socket.close(closeCodes.replaced, sentence)
        else socket.send(JSON.stringify({ t: 'ack', seq: frame.seq + frame.events.length - 1, totals }))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const refused = { status: 400, body: { error: { code: 'bad_request', message: 'no sink runs' } } }

/** A store of a collector by itself, which has all that was acknowledged, and no rows. */
async function answerTo(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
  if (!request.url?.startsWith('/api/query')) return { status: 200, body: { result: {} } }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { sql } = JSON.parse(String(Buffer.concat(chunks)))
  if (sql === 'SELECT version()') return { status: 400, body: { error: { code: 'forbidden_sql', message: 'no' } } }
  const rows = sql.includes('committed_seq') ? [[1_000_000]] : []
  return { status: 200, body: { columns: [], rows, truncated: false } }
}

const flagsFor = (url: string) => [
  ...['--sessions', '2', '--events', '600', '--faults', 'none', '--url', url, '--token', 'the-admin'],
]

it('ends where a link has stopped for good, says of which session and why, and removes what it sent', async () => {
  const { url, asked } = await aStoppingCollector()
  const { exitCode, stdout, stderr } = await run(['verify', ...flagsFor(url), '--json'])
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('sessions not acknowledged in full')])
  const { unfinished, ...verdict } = JSON.parse(stdout)
  expect(verdict).toMatchObject({ ok: false, acked: 0 })
  expect(unfinished).toContainEqual({
    ...{ sessionId: expect.any(String), unacked: expect.toSatisfy((events) => events > 0) },
    ...{ link: 'stopped', reason: 'replaced', message: sentence },
  })
  expect(asked.filter((route) => route.includes('forget'))).toEqual([
    'POST /api/forget?dryRun=true',
    'POST /api/forget?dryRun=false',
  ])
})

it('says it to people, too, and that what it sent can not be removed beside that', async () => {
  const { url } = await aStoppingCollector(false)
  const { exitCode, stdout, stderr } = await run(['verify', ...flagsFor(url)])
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`its link has stopped for good: replaced (${sentence})`)
  expect(stderr).toMatch(/What it sent is not removed: .*no sink runs[\s\S]*sessions not acknowledged in full/)
})
