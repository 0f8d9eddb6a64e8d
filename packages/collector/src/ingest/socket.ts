/** Wraps a WebSocket for ingest: text out, a coded close, nothing piling up towards a reader that does not read. */
import { type CloseCode, closeCodes, encodeFrame, type FrameError, type ServerFrame } from '@downlink/protocol'
import type { WebSocket } from 'ws'
import { type Grant, tokenExpired } from '../access/keys.ts'

export interface Socket {
  /** False once a close was sent or received: what comes after is ignored. */
  readonly open: boolean
  send(frame: ServerFrame): void
  pong(data: Buffer): void
  close(code: CloseCode, reason: string): void
  /** Reads no more until `resume`. */
  pause(): void
  resume(): void
}

/** How long the other side has to answer a close. */
const closeTimeoutMs = 2000
/** RFC 6455, 5.5: a control frame carries at most 125 bytes, two of them the code. */
const maxReasonBytes = 123

export interface SocketOptions {
  /** Unsent bytes after which the other side is too slow a reader. */
  readonly maxBufferedBytes: number
  /** Hears of each close that this side begins. */
  readonly onClose: (code: CloseCode, reason: string) => void
}

export function createSocket(ws: WebSocket, { maxBufferedBytes, onClose }: SocketOptions): Socket {
  let open = true
  ws.once('close', () => {
    open = false
  })
  const socket: Socket = {
    get open() {
      return open
    },
    send(frame) {
      if (canSend()) ws.send(encodeFrame(frame))
    },
    pong(data) {
      if (canSend()) ws.pong(data)
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close(code, reason) {
      if (!open) return
      open = false
      onClose(code, reason)
      ws.close(
        code,
        Buffer.from(reason)
          .subarray(0, maxReasonBytes)
          .toString()
          .replace(/\uFFFD+$/, ''),
      )
      setTimeout(() => ws.terminate(), closeTimeoutMs).unref()
    },
  }
  return socket

  function canSend(): boolean {
    if (open && ws.bufferedAmount > maxBufferedBytes) socket.close(closeCodes.tooFast, 'Expected answers to be read')
    return open
  }
}

/** Closes on a frame that could not be read. */
export function refuseFrame(socket: Socket, { code, message }: FrameError): void {
  socket.close(code === 'too_large' ? closeCodes.tooLarge : closeCodes.badFrame, message)
}

/** Closes where there is no room for what it brought. */
export const refuseWork = (socket: Socket): void =>
  socket.close(closeCodes.unavailable, 'Too much waits for its commit; come back later')

/** Closes where nothing can be committed now. */
export const refuseUnavailable = (socket: Socket): void =>
  socket.close(closeCodes.unavailable, 'The store is unavailable; come back later')

/** Closes where its grant is no longer valid. A client comes back after 1012, and fetches a fresh token before. */
export function recheckGrant(socket: Socket, grant: Grant | undefined): void {
  const status = grant?.status()
  if (status === 'removed') socket.close(closeCodes.unauthorised, 'The key was removed')
  if (status === 'expired') socket.close(closeCodes.restarting, tokenExpired)
}

/** What a WebSocket speaks: `downlink.v1` or plain arrays. */
export interface Connection {
  /** @param utf8 the same text, where it is at hand */
  receive(text: string, utf8?: Uint8Array): void
  /** The socket is gone. */
  closed(): void
  /** Before its session is open: hello is still to come. */
  readonly isHandshaking: boolean
  /** Heartbeat, where the connection has one. */
  sendHeartbeat(): void
  /** A write key was removed, or time has passed, at whose end a token is. */
  recheckKey(): void
}
