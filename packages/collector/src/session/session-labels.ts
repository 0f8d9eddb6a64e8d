/** Keeps the labels of a session, as of its accepted sequence, and finds where they change. */
import type { LeftOut, SaidLabels } from '@downlink/protocol'
import type { EarlierLabels, LabelChanges, Labels } from '../commit/session-batch.ts'
import { type SessionRecord, sameLabels } from '../commit/session-record.ts'

/** What labels an event says, by itself or by one before it in its batch; undefined: none but the hello's. */
export interface EventLabels {
  readonly seq: number
  readonly said: SaidLabels | undefined
}

export interface SessionLabels {
  /** In force. */
  readonly latest: Labels | undefined
  /**
   * Takes over what a hello says: in force at once where the session has no event yet, else from its next one on.
   *
   * @param labels undefined: it says nothing of them, and they stay
   */
  introduce(labels: Labels | undefined): void
  /** The session starts anew at this sequence, with the labels of its hello. */
  restart(from: number): LabelChanges
  /** Undefined where all of them have the labels in force. */
  change(said: readonly EventLabels[], leftOut: LeftOut): LabelChanges | undefined
}

/** More is a context. Each may be as large as all labels, so that a few bytes of a frame are no kilobytes of a database. */
const maxChanges = 256

export function createSessionLabels(record: SessionRecord | undefined): SessionLabels {
  let introduced = record?.labels
  let latest = introduced
  let from = record?.labelsFrom ?? 1
  let hasBegun = record !== undefined
  let changes = 0

  return {
    get latest() {
      return latest
    },
    introduce(labels) {
      introduced = labels ?? introduced
      if (!hasBegun) latest = introduced
    },
    restart(seq) {
      latest = introduced
      from = seq
      return { earlier: [], from, latest }
    },
    change(said, leftOut) {
      const earlier: EarlierLabels[] = []
      let hasChanged = false
      hasBegun = true
      for (const one of said) {
        const labels = laidOver(introduced, one.said)
        if (sameLabels(labels, latest)) continue
        if (changes === maxChanges) {
          leftOut.add(() => `Expected the labels of a session to change at most ${maxChanges} times: use the context`)
          break
        }
        changes++
        hasChanged = true
        if (one.seq > from) earlier.push({ from, until: one.seq, labels: latest })
        latest = labels
        from = one.seq
      }
      return hasChanged ? { earlier, from, latest } : undefined
    },
  }
}

function laidOver(labels: Labels | undefined, said: SaidLabels | undefined): Labels | undefined {
  if (!said) return labels
  const all = Object.entries({ ...labels, ...said }).filter((entry): entry is [string, string] => entry[1] !== null)
  return all.length === 0 ? undefined : Object.fromEntries(all)
}
