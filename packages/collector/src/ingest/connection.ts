/** What a WebSocket speaks: `downlink.v1` or plain arrays. */

export interface Connection {
  receive(text: string): void
  /** The socket is gone. */
  closed(): void
  /** Before its session is open: hello is still to come. */
  readonly greeting: boolean
  /** Heartbeat, where the connection has one. */
  beat(): void
  /** A write key was removed. */
  recheckKey(): void
}
