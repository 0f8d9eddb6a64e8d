/** Models the link of a page's socket: what is under way in either direction arrives when the test says so, or never. */
import { decodeClientFrame, decodeServerFrame, type ServerFrame } from '@downlink/protocol'
import type { FakeSocket } from '../../packages/client/src/test-doubles.ts'
import type { Connection } from '../../packages/collector/src/ingest/socket.ts'
import type { Ingest } from './ingest.ts'

export interface Wire {
  /** Nothing will come of it any more. */
  readonly isOver: boolean
  /** Brings so many frames to the collector, if there is one; its connection first. */
  deliverUp(frames: number): void
  /** Brings so many frames to the page. */
  deliverDown(frames: number): void
  /** What is under way is lost, and both ends are gone. The page hears of it now, or by the silence. */
  cut(isHeard: boolean): void
}

export interface WireOptions {
  readonly socket: FakeSocket
  /** Undefined while there is no collector. */
  readonly ingest: () => Ingest | undefined
  /** Hears of each acknowledgement that reaches the page. */
  readonly onAcked: (session: string, acked: number) => void
}

const [connecting, open, closing, closed] = [0, 1, 2, 3]

export function createWire({ socket, ingest, onAcked }: WireOptions): Wire {
  const down: (string | { readonly code: number })[] = []
  let server: Connection | undefined
  let read = 0

  return {
    get isOver() {
      return socket.readyState === closed || (socket.readyState === closing && !server)
    },

    deliverUp(frames) {
      if (socket.readyState === connecting) connect()
      else if (server) send(server, frames)
      else if (socket.readyState === open) socket.drop()
    },

    deliverDown(frames) {
      for (const frame of down.splice(0, frames)) {
        if (socket.readyState !== open) return
        if (typeof frame === 'string') receive(frame)
        else {
          hangUp()
          socket.drop(frame.code)
        }
      }
    },

    cut(isHeard) {
      hangUp()
      if (isHeard && socket.readyState <= open) socket.drop()
    },
  }

  function connect(): void {
    const present = ingest()
    if (!present) {
      socket.drop()
      return
    }
    server = present.serve(createServerEnd())
    socket.open()
  }

  function send(to: Connection, frames: number): void {
    const texts = socket.sent.slice(read, read + frames)
    read += texts.length
    for (const text of texts) to.receive(text, Buffer.from(text))
    if (socket.readyState === closing && read === socket.sent.length) hangUp()
  }

  function hangUp(): void {
    server?.closed()
    server = undefined
    down.length = 0
  }

  function createServerEnd() {
    let isOpen = true
    // What a collector that is gone still says is heard by nobody.
    const say = (frame: (typeof down)[number]): void => void (server && isOpen && down.push(frame))
    return {
      get open() {
        return isOpen
      },
      send: (frame: ServerFrame) => say(JSON.stringify(frame)),
      close(code: number) {
        say({ code })
        isOpen = false
      },
      pong() {},
      pause() {},
      resume() {},
    }
  }

  function receive(text: string): void {
    const frame = decodeServerFrame(text)
    if (frame?.t === 'welcome') onAcked(session(), frame.ack)
    if (frame?.t === 'ack') onAcked(session(), frame.seq)
    socket.message(text)
  }

  /** As its hello has it. */
  function session(): string {
    const hello = decodeClientFrame(socket.sent[0] ?? '')
    return hello.ok && hello.value.t === 'hello' ? hello.value.session : ''
  }
}
