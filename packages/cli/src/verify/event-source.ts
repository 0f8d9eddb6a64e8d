/** Makes the events of a verification: each follows from seed, session and sequence, so that what was pushed is known without a memory of it. */
import { createChance } from './random.ts'

export interface SourceEvent {
  /** Whole milliseconds since 1970. */
  readonly timestamp: number
  readonly data: { readonly n: number; readonly text: string; readonly x: number }
}

/** @returns the event of a sequence, from 1 */
export type EventSource = (seq: number) => SourceEvent

/** What is easily changed on its way: by an encoding, an escape, a prototype, a size. */
const texts = ['', 'plain', 'Grüße', '🚀🚀', '"quoted", \\ and\nbroken', '\u0000\u001f', '__proto__', 'x'.repeat(500)]

/** @param startMs the first event's timestamp, in milliseconds since 1970; each other is a millisecond after the one before */
export function createEventSource(seed: number, session: number, startMs: number): EventSource {
  const own = createChance(seed ^ Math.imul(session + 1, 0x9e37_79b1))(2 ** 32)
  return (seq) => {
    const chance = createChance(own + Math.imul(seq, 0x85eb_ca6b))
    const text = texts[chance(texts.length)] ?? ''
    return { timestamp: startMs + seq, data: { n: seq, text, x: chance(1_000_000) / 1000 } }
  }
}
