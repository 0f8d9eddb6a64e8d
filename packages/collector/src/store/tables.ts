/** The tables, as everybody who writes SQL sees them; and beside them, where in the log they stand. */

export const tableDefinitions: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS events (
    session_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    type VARCHAR NOT NULL,
    version INTEGER,
    ts TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    data JSON NOT NULL,
    envelope JSON
  )`,
  `CREATE TABLE IF NOT EXISTS sessions (
    session_id VARCHAR PRIMARY KEY,
    delivery VARCHAR NOT NULL,
    mark BIGINT NOT NULL,
    pushed BIGINT NOT NULL,
    stored BIGINT NOT NULL,
    rejected JSON NOT NULL,
    dropped JSON NOT NULL,
    missing BIGINT NOT NULL,
    ended BOOLEAN NOT NULL,
    first_seen TIMESTAMP NOT NULL,
    last_seen TIMESTAMP NOT NULL,
    clock_offset_ms DOUBLE,
    build VARCHAR,
    labels JSON,
    schema VARCHAR,
    proof_hash VARCHAR
  )`,
  `CREATE TABLE IF NOT EXISTS rejected_events (
    session_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    code VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL
  )`,
  'CREATE SCHEMA IF NOT EXISTS collector',
  `CREATE TABLE IF NOT EXISTS collector.log_position (
    id INTEGER PRIMARY KEY,
    segment VARCHAR NOT NULL,
    log_offset BIGINT NOT NULL
  )`,
]
