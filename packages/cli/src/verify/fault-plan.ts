/** Plans the faults of a verification: the same seed deals the same ones, in the same order, after as many events. */
import { type Chance, createChance } from './random.ts'

export const faultKinds = ['network', 'kill', 'disk'] as const
export type FaultKind = (typeof faultKinds)[number]

export type Fault = LinkFault | CollectorFault

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

export type CollectorFault =
  | { readonly kind: 'kill'; readonly target: 'collector' | 'store' }
  /** The log's disk is full for so long. */
  | { readonly kind: 'disk'; readonly forMs: number }

export interface PlannedFault {
  /** Once so many events are pushed. */
  readonly atEvents: number
  /** And so long after that. */
  readonly afterMs: number
  readonly fault: Fault
}

export interface FaultPlanOptions {
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
      return drawFaults(kind, chance, options.sessions).map(([afterMs, fault]) => ({ atEvents, afterMs, fault }))
    }).flat()
  })
  return planned.sort((a, b) => a.atEvents - b.atEvents)
}

function countOf(kind: FaultKind, { sessions, events }: FaultPlanOptions): number {
  switch (kind) {
    case 'network':
      return sessions * within(2, events / sessions / 1000, 25)
    case 'kill':
      return within(2, events / 10_000, 20)
    case 'disk':
      return within(1, events / 50_000, 10)
  }
}

const within = (min: number, count: number, max: number): number => Math.min(Math.max(Math.floor(count), min), max)

function drawFaults(kind: FaultKind, chance: Chance, sessions: number): readonly (readonly [number, Fault])[] {
  switch (kind) {
    case 'network':
      return [[chance(20), drawLinkFault(chance, chance(sessions))]]
    case 'kill': {
      // The store alone at first, or not: killed with its collector it ends at the same moment.
      const store: readonly [number, Fault] = [chance(50), { kind, target: 'store' }]
      const collector: readonly [number, Fault] = [chance(300), { kind, target: 'collector' }]
      return chance(2) === 0 ? [store, collector] : [collector]
    }
    case 'disk':
      return [[chance(50), { kind, forMs: 200 + chance(800) }]]
  }
}

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
    case 'kill':
      return `kill_${fault.target}`
    case 'disk':
      return 'disk_full'
  }
}
