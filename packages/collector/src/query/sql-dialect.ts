/** Names the dialects of SQL in which queries are asked: that of the database behind the API. */

export const sqlDialects = ['duckdb', 'clickhouse'] as const

export type SqlDialect = (typeof sqlDialects)[number]
