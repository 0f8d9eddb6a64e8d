/** Exports the collector, which takes telemetry over WebSocket and HTTP, answers once it is in a synced log, and follows the log into DuckDB. */

export type { TrustedProxies } from './access/proxies.ts'
export type { Scope } from './access/scopes.ts'
export { signToken, type TokenRequest, tokenLimits } from './access/signed-tokens.ts'
export type { EventTypeAnswer } from './api/event-type-route.ts'
export type { Health } from './api/health-report.ts'
export type { KeptBackup } from './backup/kept-backups.ts'
export type { SharedLog, SharedStore } from './cluster-options.ts'
export type { ClusterStore } from './cluster-store.ts'
export { type AttachOptions, type Collector, createCollector, type Listening, type ListenOptions } from './collector.ts'
export { findCollector } from './collector-address.ts'
export type { CommitNotice, CommittedEvent } from './commit/commit-feed.ts'
export type { RejectedEvent } from './commit/session-batch.ts'
export type { CollectorPorts } from './data-folder.ts'
export { CollectorError, type CollectorErrorCode } from './errors.ts'
export type { LiveCounters, LiveHistory } from './live/live-stream.ts'
export type { LiveTail } from './live/live-tail.ts'
export type { LogFile, LogFiles } from './log/log-files.ts'
export {
  type CollectorLimits,
  type CollectorOptions,
  type CollectorPage,
  type CommitOptions,
  commitDefaults,
  type ForgottenSessions,
  forgottenSessionModes,
  limitDefaults,
  type SchemaMode,
  schemaModes,
} from './options.ts'
export { type OtlpOptions, otlpDefaults } from './otlp/otlp-options.ts'
export type { EventPage, StoredEvent, StoredRejection } from './query/event-pages.ts'
export type { Json } from './query/exact-json.ts'
export type { LabelPage } from './query/labels.ts'
export type { Ledger } from './query/ledgers.ts'
export { type QueryLimits, queryDefaults } from './query/query-limits.ts'
export type { QueryResult } from './query/result-text.ts'
export type { FoundSession, SessionPage, SessionSort } from './query/session-search.ts'
export type { SessionState } from './query/session-states.ts'
export type { SqlDialect } from './query/sql-dialect.ts'
export type { TimelinePage } from './query/timelines.ts'
export type { QuestionChart } from './questions/question-chart.ts'
export type { QuestionProblem } from './questions/question-file.ts'
export type { Question, QuestionList } from './questions/question-library.ts'
export type { QuestionParameter } from './questions/question-parameter.ts'
export { createSourceMapFolder, type SourceMapFolder } from './source-maps/source-map-folder.ts'
export type { Script, SourceMaps } from './source-maps/source-maps.ts'
