/** Sends bodies to a real collector: whatever one holds and its headers say, it is answered with a code, and the session beside it goes on. */
import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { decodeServerFrame } from '@downlink/protocol'
import { type Beside, startBeside } from '../beside.ts'
import { type Body, filledIn, bodies as inputs } from '../inputs/wire.ts'
import type { Subject, Target } from '../target.ts'

export const bodies: Target = {
  name: 'bodies',
  about: 'bodies that a real collector is sent, plain and gzip, as telemetry and to its API',
  share: 3,
  async open(): Promise<Subject<Body>> {
    const beside = await startBeside()
    const agent = new Agent({ keepAlive: true })
    return {
      inputs,
      lanes: 8,
      countOf: () => 1,
      async try(body) {
        await send(body, beside, agent)
        await beside.say()
      },
      check: beside.check,
      heldBytes: beside.collector.heldBytes,
      control: beside.say,
      session: beside.figures,
      async close() {
        agent.destroy()
        await beside.close()
      },
    }
  },
}

/** As docs/protocol.md and docs/errors.md have them. */
const refusals = new Set([400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503])
/** Node's own answer to an `Expect` that is none; it has no body. */
const expectationFailed = 417

async function send(
  { method, path, text, encoding, lacks, headers }: Body,
  beside: Beside,
  agent: Agent,
): Promise<void> {
  const own = { session: randomUUID(), proof: randomBytes(16).toString('hex'), bystander: beside.session }
  const bytes = encoded(filledIn(text, own), encoding)
  const sent = request(beside.collector.url + path, {
    method,
    agent,
    headers: {
      ...headers,
      'content-length': bytes.length + lacks,
      ...(encoding !== 'none' && { 'content-encoding': encoding === 'unknown' ? 'br' : 'gzip' }),
    },
  })
  const answered = new Promise<IncomingMessage | undefined>((resolve) => {
    sent.once('response', resolve)
    sent.once('error', () => resolve(undefined))
  })
  sent.write(bytes)
  if (lacks === 0) sent.end()
  else sent.destroy()
  const answer = await answered
  if (!answer) return
  const status = answer.statusCode ?? 0
  const said = await textOf(answer).catch(() => '')
  if (status === expectationFailed) return
  if (status >= 200 && status < 300) {
    if (path === '/telemetry' && decodeServerFrame(said) === undefined) throw new Error(`Expected an ack, got ${said}`)
  } else if (!refusals.has(status) || !isCoded(said)) {
    throw new Error(`Expected a refusal with a code, got ${status} ${said.slice(0, 200)}`)
  }
}

function encoded(text: string, encoding: Body['encoding']): Buffer {
  const bytes = Buffer.from(text)
  if (encoding === 'none' || encoding === 'not gzip' || encoding === 'unknown') return bytes
  const zipped = gzipSync(bytes, { level: 1 })
  if (encoding === 'twice') return gzipSync(zipped, { level: 1 })
  return encoding === 'cut gzip' ? zipped.subarray(0, zipped.length >> 1) : zipped
}

function isCoded(text: string): boolean {
  try {
    const { error } = JSON.parse(text)
    return typeof error.code === 'string' && typeof error.message === 'string'
  } catch {
    return false
  }
}
