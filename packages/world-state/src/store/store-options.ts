/** Names what can be set about a store, its defaults and its ranges, and where its faults go unless told. */

import { kindOf, messageOf } from '@downlink/protocol'
import { warn } from '../environment.ts'
import { expectObject, expectWhole, WorldStateError } from '../errors.ts'
import type { WorldBus } from '../guarded-bus.ts'
import type { AnySlice } from '../slice.ts'
import type { WorldStateFault } from './world-events.ts'

export interface WorldStateStoreOptions<Slices extends readonly AnySlice[]> {
  /** Their order is that of sections and tables. */
  readonly slices: Slices
  /** Hears `worldstate:updated` and `worldstate:error`; `connect` listens to it. @default none */
  readonly eventBus?: WorldBus
  /** Milliseconds since 1970, for payloads without a timestamp. @default Date.now */
  readonly clock?: () => number
  /** Hears what `worldstate:error` says, and of a bus that fails. @default writes each to the console, once */
  readonly onError?: (fault: WorldStateFault) => void
  /** Actions remembered, from 1. @default 50 */
  readonly historyLimit?: number
  /** What listeners may dispatch in the course of one dispatch, from 1; more is refused. @default 1000 */
  readonly nestedLimit?: number
}

export const worldStateDefaults = {
  historyLimit: 50,
  nestedLimit: 1000,
}

/** @throws {WorldStateError} `bad_option` */
export function withStoreDefaults<Slices extends readonly AnySlice[]>(
  options: WorldStateStoreOptions<Slices>,
): WorldStateStoreOptions<Slices> &
  Required<Pick<WorldStateStoreOptions<Slices>, 'clock' | 'onError'>> &
  typeof worldStateDefaults {
  expectObject('`options`', options)
  const { slices, clock = Date.now, onError = createConsoleReport() } = options
  if (!Array.isArray(slices)) {
    throw new WorldStateError('bad_option', `Expected \`slices\` to be a list, got ${kindOf(slices)}`)
  }
  requireBus(options.eventBus ?? undefined)
  return {
    ...options,
    clock,
    onError,
    historyLimit: expectWhole('historyLimit', options.historyLimit ?? worldStateDefaults.historyLimit),
    nestedLimit: expectWhole('nestedLimit', options.nestedLimit ?? worldStateDefaults.nestedLimit),
  }
}

/** The compiler sees to it in TypeScript only. */
function requireBus(bus: Partial<WorldBus> | undefined): void {
  if (bus === undefined || (typeof bus.on === 'function' && typeof bus.emit === 'function')) return
  throw new WorldStateError('bad_option', `Expected \`eventBus\` to have \`on\` and \`emit\`, got ${kindOf(bus)}`)
}

/** More is not for reading any more. */
const maxWritten = 100

/** Writes each fault once: one that comes with every frame would drown all else. */
export function createConsoleReport(): (fault: WorldStateFault) => void {
  const written = new Set<string>()
  return ({ code, type, error }) => {
    const words = `${code}${type === null ? '' : ` at ${type}`}`
    const fault = `${words}: ${messageOf(error)}`
    if (written.has(fault) || written.size === maxWritten) return
    written.add(fault)
    warn(words, error)
  }
}
