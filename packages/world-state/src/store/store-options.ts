/** What can be set about a store, its defaults and its ranges. */
import { kindOf } from '@downlink/protocol'
import { WorldStateError } from '../errors.ts'
import type { WorldBus } from '../guarded-bus.ts'
import { expectObject } from '../option-checks.ts'
import type { AnySlice } from '../slice.ts'
import { createConsoleReport } from './console-report.ts'
import type { WorldStateFault } from './world-events.ts'

export interface WorldStateStoreOptions<Slices extends readonly AnySlice[]> {
  /** Their order is that of sections and tables. */
  readonly slices: Slices
  /** Hears `worldstate:updated` and `worldstate:error`; `connect` listens to it. */
  readonly eventBus?: WorldBus
  /** Milliseconds since 1970, for payloads without a timestamp. @default Date.now */
  readonly clock?: () => number
  /** Hears what `worldstate:error` says, and of a bus that fails. @default writes each to the console, once */
  readonly onError?: (fault: WorldStateFault) => void
  /** Actions remembered. @default 50 */
  readonly historyLimit?: number
  /** What listeners may dispatch in the course of one dispatch; more is refused. @default 1000 */
  readonly nestedLimit?: number
}

export const worldStateDefaults = {
  historyLimit: 50 as number,
  nestedLimit: 1000 as number,
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
    historyLimit: countOf('historyLimit', options),
    nestedLimit: countOf('nestedLimit', options),
  }
}

function countOf(name: keyof typeof worldStateDefaults, options: WorldStateStoreOptions<readonly AnySlice[]>): number {
  const value = options[name] ?? worldStateDefaults[name]
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new WorldStateError('bad_option', `Expected \`${name}\` to be a whole number from 1 up, got ${value}`)
}

/** The compiler sees to it in TypeScript only. */
function requireBus(bus: Partial<WorldBus> | undefined): void {
  if (bus === undefined || (typeof bus.on === 'function' && typeof bus.emit === 'function')) return
  throw new WorldStateError('bad_option', `Expected \`eventBus\` to have \`on\` and \`emit\`, got ${kindOf(bus)}`)
}
