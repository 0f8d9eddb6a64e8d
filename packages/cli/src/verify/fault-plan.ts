/** Plans the faults of a verification: the same seed deals the same ones, in the same order, after as many events. */
import { type Chance, createChance } from './random.ts'

export const faultKinds = ['network', 'kill', 'disk', 'cut', 'stop'] as const
export type FaultKind = (typeof faultKinds)[number]

/** What is verified: a collector with a log and a store of its own, or several that share them. */
export type Verified = 'collector' | 'cluster'

/** Of each there are. */
export const kindsOf: { readonly [Which in Verified]: readonly FaultKind[] } = {
  collector: ['network', 'kill', 'disk'],
  cluster: ['network', 'kill', 'cut', 'stop'],
}

export type Fault = LinkFault | OwnersFault

/** What becomes of one session's link. */
export interface LinkFault {
  readonly kind: 'network'
  readonly session: number
  readonly link: PageFault | ConnectionFault
}

/** The page is hidden or left, and what it sends then overtakes its socket. */
export interface PageFault {
  readonly kind: 'beacon'
  readonly isLeft: boolean
}

/** What a relay does to one connection. */
export interface ConnectionFault {
  readonly kind: 'cut' | 'half-close' | 'stall'
  /** The end that it begins at. */
  readonly side: 'near' | 'far'
  /** How long a stall takes. */
  readonly forMs: number
}

/** What only the owner of what is verified can deal. */
export type OwnersFault =
  | { readonly kind: 'kill'; readonly target: KillTarget }
  /** The log's disk is full for so long. */
  | { readonly kind: 'disk'; readonly forMs: number }
  /** Nothing passes between two parts of a cluster for so long. */
  | { readonly kind: 'cut'; readonly target: CutTarget; readonly forMs: number }
  /** All of a part of a cluster is away for so long. */
  | { readonly kind: 'stop'; readonly target: StopTarget; readonly forMs: number }

const killTargets = ['collector', 'sink', 'log-leader', 'log-follower', 'store'] as const
type KillTarget = (typeof killTargets)[number]

/** One of the first from the second, whichever of that it would talk to. */
const cutTargets = ['collector-log', 'sink-log', 'log-log', 'collector-store', 'sink-store'] as const
type CutTarget = (typeof cutTargets)[number]

const stopTargets = ['store', 'sinks'] as const
type StopTarget = (typeof stopTargets)[number]

export interface PlannedFault {
  /** Once so many events are pushed. */
  readonly atEvents: number
  /** And so long after that. */
  readonly afterMs: number
  readonly fault: Fault
}

export interface FaultPlanOptions {
  readonly verified: Verified
  readonly seed: number
  readonly sessions: number
  /** Of all sessions together. */
  readonly events: number
  readonly kinds: readonly FaultKind[]
}

/** In the order in which they are dealt. Each kind is drawn by itself: one more kind changes none of the others. */
export function planFaults(options: FaultPlanOptions): readonly PlannedFault[] {
  const { seed, events, kinds } = options
  const planned = kinds.flatMap((kind) => {
    const chance = createChance(seed + 1000 * faultKinds.indexOf(kind))
    const count = countOf(kind, options)
    return Array.from({ length: count }, (_, at) => {
      const atEvents = Math.max(1, Math.floor((events * (at + chance(1000) / 1000)) / count))
      return drawFaults(kind, at, chance, options).map(([afterMs, fault]) => ({ atEvents, afterMs, fault }))
    }).flat()
  })
  return planned.sort((a, b) => a.atEvents - b.atEvents)
}

function countOf(kind: FaultKind, { verified, sessions, events }: FaultPlanOptions): number {
  switch (kind) {
    case 'network':
      return sessions * within(2, events / sessions / 1000, 25)
    case 'kill':
      return within(verified === 'cluster' ? killTargets.length : 2, events / 10_000, 20)
    case 'disk':
      return within(1, events / 50_000, 10)
    case 'cut':
      return within(cutTargets.length, events / 20_000, 20)
    case 'stop':
      return within(stopTargets.length, events / 200_000, 6)
  }
}

const within = (min: number, count: number, max: number): number => Math.min(Math.max(Math.floor(count), min), max)

/** @param at how many of the kind were drawn before */
function drawFaults(
  kind: FaultKind,
  at: number,
  chance: Chance,
  { verified, seed, sessions, events }: FaultPlanOptions,
): readonly (readonly [number, Fault])[] {
  switch (kind) {
    case 'network':
      return [[chance(20), drawLinkFault(chance, chance(sessions))]]
    case 'kill': {
      if (verified === 'cluster') return [[chance(300), { kind, target: inTurn(killTargets, seed + at) }]]
      // The store alone at first, or not: killed with its collector it ends at the same moment.
      const store: readonly [number, Fault] = [chance(50), { kind, target: 'store' }]
      const collector: readonly [number, Fault] = [chance(300), { kind, target: 'collector' }]
      return chance(2) === 0 ? [store, collector] : [collector]
    }
    case 'disk':
      return [[chance(50), { kind, forMs: 200 + chance(800) }]]
    case 'cut': {
      // No longer than what is sent meanwhile is worth.
      const forMs = 300 + chance(within(500, events / 20, 5000))
      return [[chance(50), { kind, target: inTurn(cutTargets, seed + at), forMs }]]
    }
    case 'stop':
      return [[chance(50), { kind, target: inTurn(stopTargets, seed + at), forMs: within(1000, events / 20, 60_000) }]]
  }
}

/** So that a short run meets each of them, too. */
const inTurn = <Target>(targets: readonly [Target, ...Target[]], at: number): Target =>
  targets[at % targets.length] ?? targets[0]

function drawLinkFault(chance: Chance, session: number): LinkFault {
  const kind = (['beacon', 'cut', 'half-close', 'stall'] as const)[chance(4)] ?? 'cut'
  const [isOne, ms] = [chance(2) === 0, chance(1500)]
  if (kind === 'beacon') return { kind: 'network', session, link: { kind, isLeft: isOne } }
  return { kind: 'network', session, link: { kind, side: isOne ? 'near' : 'far', forMs: 100 + ms } }
}

/** @example faultName({ kind: 'kill', target: 'store' }) // 'kill_store' */
export function faultName(fault: Fault): string {
  switch (fault.kind) {
    case 'network':
      return fault.link.kind.replace('-', '_')
    case 'disk':
      return 'disk_full'
    default:
      return `${fault.kind}_${fault.target.replace('-', '_')}`
  }
}
