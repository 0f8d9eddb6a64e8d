/** The ground station: takes telemetry over WebSocket and HTTP, commits it to DuckDB, and answers only then. */

export { type Collector, createCollector, type Listening, type ListenOptions } from './collector.ts'
export { CollectorError, type CollectorErrorCode } from './errors.ts'
export {
  type CollectorLimits,
  type CollectorOptions,
  type CollectorPage,
  type CommitOptions,
  commitDefaults,
  limitDefaults,
} from './options.ts'
