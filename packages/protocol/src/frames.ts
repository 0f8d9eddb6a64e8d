/** Declares the frames of `downlink.v1`, as JSON text. docs/protocol.md says when each is sent. */
import type { ReceivedElement } from './element.ts'
import type { DropCounts, WireDrop } from './event.ts'

/** Who sends, and from where on. */
export interface Hello {
  readonly session: string
  /** 128 bits as 32 hexadecimal digits, made beside the session id and known to its owner only. */
  readonly proof: string
  /** Grows with each connection attempt of the session, from 1. */
  readonly conn: number
  readonly key?: string | undefined
  /** Always acked + 1. */
  readonly next: number
  /** The highest sequence given out. */
  readonly pushed: number
  /** The client's clock, in milliseconds since 1970. */
  readonly now: number
  /** Names the event definitions that the client was built with. */
  readonly schema?: string | undefined
  readonly meta?: SessionMeta | undefined
}

export interface SessionMeta {
  readonly build?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** A run of consecutive sequences. Elements are judged one by one (`checkEvent`), so one bad event costs itself alone. */
export interface Batch {
  /** Sequence of the first element. */
  readonly seq: number
  readonly pushed: number
  readonly events: readonly (WireDrop | unknown)[]
  /** An orderly end: nothing follows what was pushed. */
  readonly end?: boolean | undefined
}

export type HelloFrame = { readonly t: 'hello' } & Hello
export type BatchFrame = { readonly t: 'batch' } & Batch
export type PingFrame = { readonly t: 'ping' }
export type ClientFrame = HelloFrame | BatchFrame | PingFrame

/** A hello as it was read. */
export type ReceivedHello = Hello & {
  /** What of key, schema and meta was not taken, a sentence each; the answer passes it on. Absent where all was. */
  readonly leftOut?: readonly string[]
}
/** A batch as it came: an event is stored by its own text. */
export type ReceivedBatch = Omit<Batch, 'events'> & { readonly events: readonly ReceivedElement[] }

export type ReceivedFrame =
  | ({ readonly t: 'hello' } & ReceivedHello)
  | ({ readonly t: 'batch' } & ReceivedBatch)
  | PingFrame

/** The body of `POST /telemetry`: a batch with its hello inlined. */
export type Post = Hello & Batch
export type ReceivedPost = ReceivedHello & ReceivedBatch

/** What the collector has counted for a session, at the committed sequence that it comes with. */
export interface Totals {
  readonly dropped: DropCounts
  /** By rejection code. */
  readonly rejected: Readonly<Record<string, number>>
}

export interface Rejection {
  readonly seq: number
  readonly code: string
  readonly message: string
}

/** All at or below `ack` is committed. */
export type WelcomeFrame = {
  readonly t: 'welcome'
  readonly ack: number
  /** Events that may be unacknowledged, from 1. */
  readonly window: number
  readonly maxBatchBytes: number
  readonly beatMs: number
  /** The collector's clock, in milliseconds since 1970. */
  readonly now: number
  readonly totals: Totals
  /** Absent where the collector is of before there were any. */
  readonly features?: readonly Feature[]
  /** What of the hello the collector left out: at most 8 sentences for a developer. */
  readonly leftOut?: readonly string[]
}

/** What this collector takes that one of before did not know, and passes over. */
export const features = ['context'] as const

export type Feature = (typeof features)[number]

/** All at or below `seq` is committed; cumulative. */
export type AckFrame = {
  readonly t: 'ack'
  readonly seq: number
  readonly totals: Totals
  readonly rejected?: readonly Rejection[]
  /** What of the batches' contexts and labels was left out, as in a welcome. */
  readonly leftOut?: readonly string[]
}

export type HeartbeatFrame = { readonly t: 'beat' }
/** Back off for so long; the ack deadline is suspended meanwhile. */
export type SlowFrame = { readonly t: 'slow'; readonly retryAfterMs: number }
export type ServerFrame = WelcomeFrame | AckFrame | HeartbeatFrame | SlowFrame

/** The JSON answer of `POST /telemetry`: an ack frame, so that a client reads both alike. */
export type PostAnswer = AckFrame & {
  /** As `seq`. */
  readonly ack: number
  readonly rejected: readonly Rejection[]
  /** As in a welcome. */
  readonly features?: readonly Feature[]
}
