/** Bounds what a query may take, so that the writer always has the rest. */
import { CollectorError } from '../errors.ts'

/** Whole numbers, each from 1 up. */
export interface QueryLimits {
  /** Milliseconds from start to last row. @default 10000 */
  readonly timeLimitMs: number
  /** Rows of a result; what is beyond is cut off and said so. @default 10000 */
  readonly maxRows: number
  /** Bytes of a result as JSON, about. @default 8388608 */
  readonly maxResultBytes: number
  /** UTF-16 units of a query's text. @default 10000 */
  readonly maxSqlLength: number
  /** Reads that run at once. Each holds a thread of libuv's four, and the writer needs one. @default 2 */
  readonly maxConcurrent: number
  /** Reads that wait for their turn. @default 32 */
  readonly maxWaiting: number
  /** Megabytes by which reading may let the process grow before it is interrupted. @default 1024 */
  readonly memoryGrowthMb: number
  /** Megabytes that queries may spill to disk. @default 1024 */
  readonly spillMb: number
  /** Milliseconds for a dump, in which a whole table may be read; less than clients wait for an answer to begin. @default 240000 */
  readonly dumpTimeLimitMs: number
  /** Megabytes that dumps may hold on the disk until they are fetched. @default 8192 */
  readonly dumpMb: number
}

export const queryDefaults: QueryLimits = {
  timeLimitMs: 10_000,
  maxRows: 10_000,
  maxResultBytes: 8_388_608,
  maxSqlLength: 10_000,
  maxConcurrent: 2,
  maxWaiting: 32,
  memoryGrowthMb: 1024,
  spillMb: 1024,
  dumpTimeLimitMs: 240_000,
  dumpMb: 8192,
}

/** @throws {CollectorError} `bad_option` */
export function resolveQueryLimits(options: Partial<QueryLimits> = {}): QueryLimits {
  const limits = { ...queryDefaults, ...options }
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new CollectorError('bad_option', `Expected \`${name}\` to be a whole number from 1 up, got ${value}`)
    }
  }
  return limits
}
