/** Reads and writes what a question's address says: what was picked, how it is narrowed, and what it is compared with. */
import type { Address } from '../router.ts'
import type { Picks } from './bind-question.ts'
import type { Narrowing } from './narrow-sql.ts'

export interface Asking {
  readonly picks: Picks
  readonly narrowing: Narrowing
  /** The same question, narrowed another way. */
  readonly against: Narrowing | undefined
}

const labelPrefix = 'label.'
/** Before what the second one is narrowed to. */
const secondPrefix = 'vs.'

export function readAsking(parameters: Address['parameters'], names: readonly string[]): Asking {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const second = given.filter(([key]) => key.startsWith(secondPrefix))
  return {
    picks: new Map(given.filter(([key]) => names.includes(key))),
    narrowing: readNarrowing(given),
    against:
      parameters.vs === undefined && second.length === 0
        ? undefined
        : readNarrowing(second.map(([key, value]) => [key.slice(secondPrefix.length), value])),
  }
}

export function writeAsking({ picks, narrowing, against }: Asking): Address['parameters'] {
  const second = against && Object.entries(writeNarrowing(against))
  return {
    ...Object.fromEntries(picks),
    ...writeNarrowing(narrowing),
    ...(second && { vs: '1', ...Object.fromEntries(second.map(([key, value]) => [secondPrefix + key, value])) }),
  }
}

function readNarrowing(given: readonly (readonly [string, string])[]): Narrowing {
  const { from, to, build } = Object.fromEntries(given) as Readonly<Record<string, string | undefined>>
  const labels = given.flatMap(([key, value]) =>
    key.startsWith(labelPrefix) ? [[key.slice(labelPrefix.length), value] as const] : [],
  )
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(build !== undefined && { build }),
    labels: new Map(labels),
  }
}

const writeNarrowing = ({ from, to, build, labels }: Narrowing): Address['parameters'] => ({
  from,
  to,
  build,
  ...Object.fromEntries([...labels].map(([label, value]) => [labelPrefix + label, value])),
})
