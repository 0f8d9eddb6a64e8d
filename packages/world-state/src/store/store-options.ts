/** What can be set about a store, its defaults and its ranges. */
import type { EventPort } from '@downlink/artifacts'
import { WorldStateError } from '../errors.ts'
import type { AnySlice } from '../slice.ts'

/** What a store needs of an `EventBus`. */
export interface WorldBus extends EventPort {
  on(name: string, listener: (payload: unknown) => void): () => void
  hasListeners(name: string): boolean
}

export interface WorldStateStoreOptions<Slices extends readonly AnySlice[]> {
  /** Their order is that of sections and tables. */
  readonly slices: Slices
  /** Hears `worldstate:updated` and `worldstate:error`; `connect` listens to it. */
  readonly eventBus?: WorldBus
  /** Milliseconds since 1970, for payloads without a timestamp. @default Date.now */
  readonly clock?: () => number
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
  Required<Pick<WorldStateStoreOptions<Slices>, 'clock'>> &
  typeof worldStateDefaults {
  const { clock = Date.now } = options
  return {
    ...options,
    clock,
    historyLimit: countOf('historyLimit', options),
    nestedLimit: countOf('nestedLimit', options),
  }
}

function countOf(name: keyof typeof worldStateDefaults, options: WorldStateStoreOptions<readonly AnySlice[]>): number {
  const value = options[name] ?? worldStateDefaults[name]
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new WorldStateError('bad_option', `Expected \`${name}\` to be a whole number from 1 up, got ${value}`)
}
