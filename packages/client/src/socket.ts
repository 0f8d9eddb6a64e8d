/** The part of a WebSocket that the link uses; the browser's and the `ws` package's both fit. */
export interface SocketPort {
  readonly bufferedAmount: number
  onopen: Handler<unknown>
  onmessage: Handler<{ readonly data: unknown }>
  onclose: Handler<{ readonly code: number; readonly reason: string }>
  onerror: Handler<unknown>
  send(text: string): void
  close(code?: number): void
}

/** Taken from a method, so that the handlers of a real socket fit, which are given more. */
type Handler<Event> = { on(event: Event): void }['on'] | null
