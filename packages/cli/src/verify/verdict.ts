/** Says what a verification found, in figures and in words. */
import type { Findings } from './audit.ts'

/** The line of JSON at the end. Events, unless a name says otherwise. */
export interface Verdict extends Findings {
  readonly ok: boolean
  readonly seed: number
  readonly sessions: number
  readonly pushed: number
  /** By the collector's own frames. */
  readonly acked: number
  /** An event that was pushed after all faults is acknowledged, and stored. */
  readonly isFlowing: boolean
  /** From a push to its acknowledgement, faults and all. */
  readonly ackMs: { readonly p50: number; readonly p99: number }
  /** How many of each were dealt. */
  readonly faults: Readonly<Record<string, number>>
  readonly seconds: number
}

/** What must not be. */
const violations = ['missing', 'doubled', 'reordered', 'changed', 'invented'] as const

export const isSound = (verdict: Omit<Verdict, 'ok'>): boolean =>
  violations.every((name) => verdict[name] === 0) && verdict.unbalanced === 0 && verdict.isFlowing

/** What is wrong, in a sentence. */
export function failureText(verdict: Verdict): string {
  const wrong = violations.filter((name) => verdict[name] > 0).map((name) => `${count(verdict[name])} ${name}`)
  if (verdict.unbalanced > 0) wrong.push(`${count(verdict.unbalanced)} sessions whose ledger differs from their rows`)
  if (!verdict.isFlowing) wrong.push('a fresh event does not get through')
  return `Of ${count(verdict.pushed)} events: ${wrong.join(', ')}`
}

/** A figure a line. */
export function verdictText(verdict: Verdict): string {
  const { pushed, acked, stored, dropped, missing, doubled, reordered, changed, invented, ackMs } = verdict
  const counts = { pushed, acked, stored, dropped, missing, doubled, reordered, changed, invented }
  const faults = Object.entries(verdict.faults).map(([name, dealt]) => `${name.replaceAll('_', ' ')} ${dealt}`)
  const lines: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(counts).map(([name, events]) => [name, count(events)])),
    'ack p50': `${ackMs.p50} ms`,
    'ack p99': `${ackMs.p99} ms`,
    faults: faults.join(', ') || 'none',
    flowing: verdict.isFlowing ? 'yes' : 'no',
    seed: String(verdict.seed),
    took: `${verdict.seconds} s`,
  }
  return Object.entries(lines)
    .map(([name, text]) => `${name.padEnd(9)} ${text}`)
    .join('\n')
}

const count = (amount: number): string => amount.toLocaleString('en')

/** @param sorted ascending */
export function quantile(sorted: Float64Array, share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(value * 10) / 10
}
