/** Says what a verification found, in figures and in words. */
import { counted } from '../output.ts'
import type { Findings } from './audit.ts'
import { type UnfinishedSession, unfinishedText } from './unfinished-sessions.ts'

/** The line of JSON at the end. Events, unless a name says otherwise. */
export interface Verdict extends Findings {
  readonly ok: boolean
  readonly seed: number
  readonly sessions: number
  readonly pushed: number
  /** Were to be pushed, and were not, for nothing went on any more. */
  readonly unpushed: number
  /** By the collector's own frames. */
  readonly acked: number
  /** Sessions of which not all is acknowledged, with how their links stand. */
  readonly unfinished: readonly UnfinishedSession[]
  /** An event that was pushed after all faults is acknowledged, and stored. */
  readonly isFlowing: boolean
  /** From a push to its acknowledgement, faults and all: an event that waits for a collector to come back is among them. */
  readonly ackMs: Quantiles
  /** The same, of the events that met no fault, nor what one had held up. */
  readonly undisturbedAckMs: Quantiles
  /** How long the collector was down, or its disk full, at the longest and in all. */
  readonly outageMs: { readonly longest: number; readonly total: number }
  /** How many of each were dealt. */
  readonly faults: Readonly<Record<string, number>>
  readonly seconds: number
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

/** What must not be. */
const violations = ['missing', 'doubled', 'reordered', 'changed', 'invented'] as const

export const isSound = (verdict: Omit<Verdict, 'ok'>): boolean =>
  violations.every((name) => verdict[name] === 0) &&
  verdict.unbalanced + verdict.unpushed + verdict.unfinished.length === 0 &&
  verdict.isFlowing

/** What is wrong, in a sentence. */
export function failureText(verdict: Verdict): string {
  const wrong = violations.filter((name) => verdict[name] > 0).map((name) => `${count(verdict[name])} ${name}`)
  if (verdict.unbalanced > 0) wrong.push(`${counted(verdict.unbalanced, 'session')} whose ledger differs from the rows`)
  if (verdict.unpushed > 0) wrong.push(`${count(verdict.unpushed)} more could not be pushed`)
  if (verdict.unfinished.length > 0)
    wrong.push(`${counted(verdict.unfinished.length, 'session')} not acknowledged in full`)
  if (!verdict.isFlowing) wrong.push('a fresh event does not get through')
  return `Of ${count(verdict.pushed)} events: ${wrong.join(', ')}`
}

/** A figure a line, and what they come to. */
export function verdictText(verdict: Verdict): string {
  const { pushed, acked, stored, dropped, missing, doubled, reordered, changed, invented, outageMs } = verdict
  const counts = { pushed, acked, stored, dropped, missing, doubled, reordered, changed, invented }
  const faults = Object.entries(verdict.faults).map(([name, dealt]) => `${name.replaceAll('_', ' ')} ${dealt}`)
  const lines: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(counts).map(([name, events]) => [name, count(events)])),
    'ack p50': ackText(verdict, 'p50'),
    'ack p99': ackText(verdict, 'p99'),
    faults: faults.join(', ') || 'none',
    outages: outageMs.total === 0 ? 'none' : `${outageMs.total} ms, the longest ${outageMs.longest} ms`,
    flowing: verdict.isFlowing ? 'yes' : 'no',
    seed: String(verdict.seed),
    took: `${verdict.seconds} s`,
  }
  const figures = Object.entries(lines).map(([name, text]) => `${name.padEnd(9)} ${text}`)
  const unfinished = verdict.unfinished.map(unfinishedText)
  return [...figures, ...(unfinished.length > 0 ? ['', ...unfinished] : []), '', conclusionOf(verdict)].join('\n')
}

/** What is wrong, `failureText` says beside what to do. */
function conclusionOf({ ok, pushed, dropped }: Verdict): string {
  const overflowed = `${count(dropped)} were dropped, on purpose: some clients push on where their buffer is full.`
  if (!ok) return 'NOT PROVED: not all that was to be pushed is accounted for.'
  return dropped === 0
    ? `Proved: each of the ${count(pushed)} events is stored once, as it was pushed, and in order.`
    : `Proved: each of the ${count(pushed)} events is stored once, as it was pushed, and in order, or counted as dropped. ${overflowed}`
}

/** Of all events, and of those that met no fault. */
const ackText = ({ ackMs, undisturbedAckMs }: Verdict, quantile: keyof Quantiles): string =>
  `${ackMs[quantile]} ms, without faults ${undisturbedAckMs[quantile]} ms`

const count = (amount: number): string => amount.toLocaleString('en')

export function quantilesOf(latenciesMs: readonly number[]): Quantiles {
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10
  return { p50: at(0.5), p99: at(0.99) }
}
