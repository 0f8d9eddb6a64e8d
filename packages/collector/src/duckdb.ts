/**
 * Loads DuckDB's API as the CommonJS that it is. Imported by names its source would be parsed once more, to find them among
 * what it re-exports: half of the time that it takes to load, and each process of a collector loads it.
 */
import { createRequire } from 'node:module'
import type * as DuckDB from '@duckdb/node-api'

export const duckdb: typeof DuckDB = createRequire(import.meta.url)('@duckdb/node-api')
