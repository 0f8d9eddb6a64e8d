/** Keeps events by policies of their types: an outbox around the outbox. */
import { type DropReason, jsonValue } from '@downlink/protocol'
import { createOutbox, type Entry, type Outbox, type Policies } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import { createBlocks } from './blocks.ts'

/** What becomes of events of a type. Those without a policy are recorded, and give way where there is no room. */
export type Policy = typeof mustDeliver | typeof latestWins | Sampled

/** Gives way to no other event: it is dropped only where there is no room, and all that wait must be delivered, too. */
export const mustDeliver = 'must-deliver'

/** Of those that wait to be sent only the newest is kept; what it replaces is counted as `replaced`. */
export const latestWins = 'latest-wins'

export interface Sampled {
  readonly rate: number
}

/**
 * Is recorded in this share of all sessions: there each of its events is, elsewhere they are counted as `sampled`. A session
 * that has the types of a low rate has those of all higher ones, too.
 *
 * @param rate from 0 to 1
 */
export const sampled = (rate: number): Sampled => ({ rate })

/**
 * What is no policy is warned of, and its type has none.
 *
 * @example
 * createTelemetry({
 *   policies: byType({ player_moved: latestWins, frame_time: sampled(0.1), purchase: mustDeliver }),
 * })
 */
export function byType<Type extends string>(policies: { readonly [Name in Type]: Policy }): Policies<Type> {
  return (capacity, overflow, session, environment) => {
    const policyOf = fitPolicies(policies, environment)
    const outbox = createOutbox(capacity, overflow, createBlocks(capacity))
    const { drop, push } = outbox
    const oldestDroppable = createDroppableFinder(outbox, (entry) => entry && policyOf.get(entry.type) === mustDeliver)
    const latest = new Map<string, Entry>()

    /** Looks from the newest back, so no further than to what was pushed since. */
    function dropLatest(type: string): void {
      const { seq = 0 } = latest.get(type) ?? {}
      let index = outbox.inFlight + outbox.queued()
      while (index > outbox.inFlight && (outbox.at(index - 1)?.seq ?? 0) > seq) index--
      if (index > outbox.inFlight && outbox.at(index - 1)?.seq === seq) drop('replaced', index - 1)
    }

    return Object.assign(outbox, {
      drop: (reason: DropReason, index = reason === 'overflow' ? oldestDroppable() : outbox.inFlight): boolean =>
        drop(reason, index),
      push(entry: Entry, refused?: DropReason): void {
        const { type } = entry
        const policy = policyOf.get(type)
        if (typeof policy === 'object' && shareOf(session.id) >= policy.rate) refused ??= 'sampled'
        if (!refused && policy === latestWins) {
          dropLatest(type)
          latest.set(type, entry)
        }
        const isFull = outbox.inFlight + outbox.queued() >= capacity
        if (!refused && policy === mustDeliver && isFull) outbox.drop('overflow')
        push(entry, refused)
      },
    })
  }
}

function fitPolicies(policies: object, { warn }: Environment): ReadonlyMap<string, Policy> {
  const fitting = new Map<string, Policy>()
  for (const [type, policy] of Object.entries({ ...policies })) {
    if (isPolicy(policy)) fitting.set(type, policy)
    else {
      const got = JSON.stringify(jsonValue(policy))
      const expected = `Expected the policy of \`${type}\` to be mustDeliver, latestWins or sampled(0 to 1)`
      warn(`bad_option: ${expected}, got ${got}: it has none`)
    }
  }
  return fitting
}

function isPolicy(value: unknown): value is Policy {
  const { rate }: { readonly rate?: unknown } = Object(value)
  return value === mustDeliver || value === latestWins || (typeof rate === 'number' && rate >= 0 && rate <= 1)
}

/** Finds the oldest queued event that may give way. Those that may not gather before it, and are not looked at again each time. */
function createDroppableFinder(outbox: Outbox, isMust: (entry?: Entry) => boolean | undefined): () => number {
  /** From `from` to below `index` all must be delivered; the last of them was `before`. */
  let from = 0
  let index = 0
  let before: Entry | undefined
  return () => {
    const { inFlight } = outbox
    if (inFlight < from || inFlight > index || outbox.at(index - 1) !== before) index = from = inFlight
    while (isMust(outbox.at(index))) index++
    before = outbox.at(index - 1)
    return index
  }
}

/**
 * A number in [0, 1) of each session: the hash FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), its bits mixed as those of
 * MurmurHash3 (https://github.com/aappleby/smhasher), so that sessions of like names are not alike.
 */
function shareOf(sessionId: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < sessionId.length; at++) hash = Math.imul(hash ^ sessionId.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
