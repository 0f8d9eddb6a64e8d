/** Hands the parts of the page the dialect of the collector's store, once that is known. */
import type { SqlDialect } from '@downlink/collector'
import { createContext, use } from 'react'
import { isLocked } from '../api.ts'
import { clickhouse } from './clickhouse.ts'
import type { Dialect } from './dialect.ts'
import { duckdb } from './duckdb.ts'

export const dialects: Readonly<Record<SqlDialect, Dialect>> = { duckdb, clickhouse }

export interface DialectSource {
  /** One promise for all who ask. Where it is not told it is asked for anew by who asks next. */
  get(): Promise<Dialect>
}

/** @param fetchDialect rejects as the API does: where a token has to be shown first nobody is told anything */
export function createDialectSource(fetchDialect: () => Promise<SqlDialect>): DialectSource {
  let asked: Promise<Dialect> | undefined
  return { get: () => (asked ??= ask()) }

  async function ask(): Promise<Dialect> {
    try {
      return dialects[await fetchDialect()]
    } catch (error) {
      asked = undefined
      // The form for the token takes the place of whoever waits.
      if (isLocked(error)) return new Promise(() => {})
      throw error
    }
  }
}

const DialectContext = createContext<DialectSource | undefined>(undefined)

export const DialectProvider = DialectContext.Provider

/** Suspends until it is known. */
export function useDialect(): Dialect {
  const source = use(DialectContext)
  if (!source) throw new Error('Expected a DialectProvider around the part that writes SQL.')
  return use(source.get())
}
