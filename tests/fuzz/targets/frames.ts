/** Opens WebSockets to a real collector: whatever a connection sends, it is answered or closed with a code, and the session beside it goes on. */
import { randomBytes, randomUUID } from 'node:crypto'
import { closeCodes, decodeServerFrame, subprotocol } from '@downlink/protocol'
import { WebSocket } from 'ws'
import { type Beside, startBeside } from '../beside.ts'
import { type Connection, connections, filledIn } from '../inputs/wire.ts'
import type { Subject, Target } from '../target.ts'

export const frames: Target = {
  name: 'frames',
  about: 'WebSocket connections of a real collector, each of some frames',
  share: 3,
  async open(): Promise<Subject<Connection>> {
    const beside = await startBeside()
    return {
      inputs: connections,
      lanes: 8,
      countOf: (connection) => Math.max(1, connection.frames.length),
      async try(connection) {
        await play(connection, beside)
        await beside.say()
      },
      check: beside.check,
      heldBytes: beside.collector.heldBytes,
      control: beside.say,
      session: beside.figures,
      close: beside.close,
    }
  },
}

/** What `ws` says of frames that break its rules; a socket that vanishes has none. */
const known = new Set<number>([...Object.values(closeCodes), 1002, 1005, 1006, 1008])

async function play({ delivery, frames: texts, ...how }: Connection, { collector, session }: Beside): Promise<void> {
  const ws = new WebSocket(collector.telemetry, delivery === 'acked' ? [subprotocol] : [])
  const own = { session: randomUUID(), proof: randomBytes(16).toString('hex'), bystander: session }
  const answers: string[] = []
  let wake = (): void => {}
  ws.on('message', (data) => {
    answers.push(String(data))
    wake()
  })
  // A close with a code follows.
  ws.on('error', () => {})
  const closed = new Promise<number>((resolve) => {
    ws.once('close', (code) => {
      resolve(code)
      wake()
    })
  })
  const settled = () => new Promise<void>((resolve) => (wake = resolve))
  await Promise.race([new Promise((resolve) => ws.once('open', resolve)), closed])
  for (const [at, text] of texts.entries()) {
    if (ws.readyState !== WebSocket.OPEN) break
    send(ws, filledIn(text, own), how.fragments, at === how.binary)
    // No client sends on before its welcome.
    if (at === 0 && delivery === 'acked') await settled()
  }
  if (ws.readyState === WebSocket.OPEN) {
    // It is answered once all before it was read.
    const pong = new Promise((resolve) => ws.once('pong', resolve))
    ws.ping()
    await Promise.race([pong, closed])
  }
  if (how.leaves === 'closes') ws.close(1000)
  else ws.terminate()
  const code = await closed
  if (!known.has(code)) throw new Error(`Expected a close code of the protocol, got ${code}`)
  const odd = answers.find((answer) => decodeServerFrame(answer) === undefined)
  if (odd !== undefined) throw new Error(`Expected a frame of the protocol, got ${odd.slice(0, 200)}`)
}

function send(ws: WebSocket, text: string, fragments: number, isBinary: boolean): void {
  const bytes = Buffer.from(text)
  const size = Math.max(1, Math.ceil(bytes.length / fragments))
  let at = 0
  do {
    const end = at + size
    ws.send(bytes.subarray(at, end), { binary: isBinary, fin: end >= bytes.length })
    at = end
  } while (at < bytes.length)
}
