/** Sends the batches of one session of a load, and measures how long each takes to its ack. */
import { randomBytes, randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

export interface Ack {
  /** Milliseconds since 1970. */
  readonly sentAtMs: number
  readonly afterMs: number
}

export interface LoadSession {
  /** Resolves once all is acknowledged after `end`, or the server closed. */
  send(): Promise<void>
  end(): void
  readonly unackedEvents: number
}

/** What all sessions of a load share. */
export interface Load {
  readonly batchSize: number
  /** Of each session. */
  readonly windowEvents: number
  /** The events of a batch, as JSON. */
  readonly eventsText: string
  /** From one batch of a session to the next; without it they are sent as fast as the window allows. */
  readonly pauseMs: number | undefined
  status: 'warming' | 'measuring' | 'ending'
  /** While it was measured. */
  ackedEvents: number
  /** Of each batch that was sent while it was measured. */
  readonly acks: Ack[]
}

/** Resolves once the server has welcomed it. */
export function openSession(load: Load, url: string): Promise<LoadSession> {
  const socket = new WebSocket(url, 'downlink.v1', { perMessageDeflate: false })
  const batches = createBatches(load, (text) => socket.send(text))
  const session = createSession(load, socket, batches)
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      const proof = randomBytes(16).toString('hex')
      const hello = { t: 'hello', session: randomUUID(), proof, conn: 1, next: 1, pushed: 0, now: Date.now() }
      socket.send(JSON.stringify(hello))
    })
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data))
      if (frame.t === 'welcome') resolve(session)
      if (frame.t === 'ack') session.acked(frame.seq)
    })
    socket.once('error', reject)
    socket.once('close', (code) => reject(new Error(`The server closed with ${code}`)))
  })
}

function createSession(load: Load, socket: WebSocket, batches: Batches): LoadSession & { acked(seq: number): void } {
  let timer: NodeJS.Timeout | undefined
  let finish = (): void => {}

  function sendEach(pauseMs: number): void {
    const tick = (): void => {
      if (batches.fits()) batches.send()
    }
    // Sessions start apart, as players do.
    timer = setTimeout(() => {
      tick()
      timer = setInterval(tick, pauseMs)
    }, Math.random() * pauseMs)
  }

  function endIfDone(): void {
    if (load.status === 'ending' && batches.unackedEvents() === 0) finish()
  }

  return {
    send() {
      if (load.pauseMs === undefined) batches.fill()
      else sendEach(load.pauseMs)
      return new Promise((resolve) => {
        const end = (): void => {
          clearInterval(timer)
          resolve()
        }
        finish = () => {
          socket.close()
          end()
        }
        socket.once('close', end)
      })
    },
    acked(seq) {
      batches.acked(seq)
      if (load.pauseMs === undefined) batches.fill()
      endIfDone()
    },
    end() {
      clearInterval(timer)
      endIfDone()
    },
    get unackedEvents() {
      return batches.unackedEvents()
    },
  }
}

interface Batches {
  fits(): boolean
  send(): void
  /** Sends as many as fit. */
  fill(): void
  acked(seq: number): void
  unackedEvents(): number
}

function createBatches(load: Load, send: (text: string) => void): Batches {
  const unacked: { readonly upTo: number; readonly sentAt: number; readonly isMeasured: boolean }[] = []
  let next = 1
  let ack = 0
  const batches: Batches = {
    fits: () => next - 1 - ack + load.batchSize <= load.windowEvents,
    send() {
      const upTo = next + load.batchSize - 1
      send(`{"t":"batch","seq":${next},"pushed":${upTo},"events":${load.eventsText}}`)
      unacked.push({ upTo, sentAt: performance.now(), isMeasured: load.status === 'measuring' })
      next = upTo + 1
    },
    fill() {
      while (load.status !== 'ending' && batches.fits()) batches.send()
    },
    acked(seq) {
      if (load.status === 'measuring') load.ackedEvents += seq - ack
      ack = seq
      const now = performance.now()
      while (unacked[0] && unacked[0].upTo <= ack) {
        const batch = unacked.shift()
        if (batch?.isMeasured)
          load.acks.push({ sentAtMs: performance.timeOrigin + batch.sentAt, afterMs: now - batch.sentAt })
      }
    },
    unackedEvents: () => next - 1 - ack,
  }
  return batches
}
