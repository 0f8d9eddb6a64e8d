/** Checks what a state is made of: data that versions can share, and that a save gives back exactly. */
import { kindOf } from '@downlink/protocol'
import { WorldStateError } from './errors.ts'

/** Deeper than any state should be: whatever walks it would run out of stack. */
const maxDepth = 200

/** How many levels there are in each object that was found good. It is frozen all through, so it stays good. */
const levels = new WeakMap<object, number>()

/**
 * Freezes a state and all within it, and makes sure that it is made of plain objects and lists, `RecordMap`s, text,
 * numbers, bigints, true, false, null and undefined. Stops at what was found good before: a new version of a state
 * costs as much as there is new in it.
 *
 * @throws {WorldStateError} `bad_state`, with the path of what is something else
 */
export function requireState<State>(state: State, name: string): State {
  levelsOf(state, name)
  return state
}

/** As `requireState`; returns how many levels there are. */
export function levelsOf(state: unknown, name: string): number {
  const checked = check(state, 0)
  if (typeof checked === 'number') return checked
  throw new WorldStateError(
    'bad_state',
    `Expected \`${name}${checked.path}\` to be data that can be kept, got ${checked.got}`,
  )
}

/** For what sees to itself that it is good: a `RecordMap`. */
export function markAsState(value: object, levelsInIt: number): void {
  levels.set(value, levelsInIt)
}

interface Fault {
  readonly path: string
  readonly got: string
}

function check(value: unknown, above: number): number | Fault {
  if (typeof value === 'function' || typeof value === 'symbol') return { path: '', got: `a ${typeof value}` }
  return typeof value === 'object' && value !== null ? checkObject(value, above) : 0
}

function checkObject(value: object, above: number): number | Fault {
  const known = levels.get(value)
  // A circle ends here, too.
  if (above + (known ?? 1) > maxDepth) return { path: '', got: `more than ${maxDepth} levels, or a circle` }
  if (known !== undefined) return known
  const keys = Object.keys(value)
  const got = oddityOf(value, keys)
  if (got !== undefined) return { path: '', got }
  let deepest = 0
  for (const key of keys) {
    const checked = check((value as Readonly<Record<string, unknown>>)[key], above + 1)
    if (typeof checked !== 'number') return { ...checked, path: `${stepOf(value, key)}${checked.path}` }
    deepest = Math.max(deepest, checked)
  }
  Object.freeze(value)
  levels.set(value, deepest + 1)
  return deepest + 1
}

/** What is odd about an object, of which a copy would differ. */
function oddityOf(value: object, keys: readonly string[]): string | undefined {
  const isList = Array.isArray(value)
  if (!isBasePrototype(Object.getPrototypeOf(value), isList)) {
    const kind = kindOf(value)
    return kind === 'object' ? 'an object that is not plain' : `a ${kind}`
  }
  // A list has one more: its length.
  if (Reflect.ownKeys(value).length !== keys.length + (isList ? 1 : 0)) return 'fields that are hidden or have a symbol'
  if (isList && (keys.length !== value.length || Number(keys.at(-1) ?? -1) !== value.length - 1)) {
    return 'a list with holes or with fields'
  }
  return keys.some((key) => Object.getOwnPropertyDescriptor(value, key)?.get) ? 'a getter' : undefined
}

/** Of lists or of plain objects, in whatever frame: `structuredClone` makes those of another one in some test runners. */
function isBasePrototype(prototype: object | null, ofLists: boolean): boolean {
  if (ofLists) return Array.isArray(prototype)
  return prototype !== null && Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

const stepOf = (value: object, key: string): string => (Array.isArray(value) ? `[${key}]` : `.${key}`)
