/** Everything that a reader might try against the writer. After each, a commit must still work. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { queryFingerprint } from '../src/allowed-sql/validate-sql.ts'
import { queryDefaults } from '../src/query/query-limits.ts'
import type { RunningRead } from '../src/query/readers.ts'
import { type AttackQuery, attackQueries } from './attack-queries.ts'
import { aReadStore, openReadStore } from './read-store-harness.ts'

type ReadStore = Awaited<ReturnType<typeof aReadStore>>

/** Most of what follows changes nothing of it: that is what it says. */
let shared: ReadStore
let sharedFolder = ''

beforeAll(async () => {
  sharedFolder = await mkdtemp(join(tmpdir(), 'downlink-'))
  shared = await openReadStore(sharedFolder)
})
afterAll(async () => {
  await shared.end()
  await rm(sharedFolder, { recursive: true })
})

async function expectRefused(store: ReadStore, sql: string, code: string | RegExp): Promise<void> {
  await expect(store.query(sql), sql).rejects.toMatchObject({ code })
  const seq = await store.commit()
  expect(await store.rows('SELECT max(seq) FROM events')).toEqual([[seq]])
}

it.each([
  ['writes', "INSERT INTO events VALUES ('s', 1, 'x', NULL, now(), now(), '{}', NULL)"],
  ['writes after a SELECT', 'SELECT 1; DELETE FROM events'],
  ['selects twice', 'SELECT 1; SELECT 2'],
  ['deletes', 'DELETE FROM events'],
  ['merges', 'MERGE INTO events USING events AS e ON true WHEN MATCHED THEN DELETE'],
  ['creates', 'CREATE TABLE mine AS SELECT 1'],
  ['creates a macro', 'CREATE MACRO mine() AS 1'],
  ['drops', 'DROP TABLE events'],
  ['attaches', "ATTACH '/tmp/other.duckdb'"],
  ['copies out', "COPY events TO '/tmp/stolen.csv'"],
  ['exports', "EXPORT DATABASE '/tmp/stolen'"],
  ['sets', "SET memory_limit = '1KB'"],
  ['uses a pragma', 'PRAGMA database_list'],
  ['calls', 'CALL pragma_version()'],
  ['checkpoints', 'CHECKPOINT'],
  ['begins', 'BEGIN'],
  ['explains', 'EXPLAIN ANALYZE SELECT 1'],
  ['loads', 'LOAD httpfs'],
  ['installs', 'INSTALL httpfs'],
  ['prepares', 'PREPARE mine AS SELECT 1'],
  ['pivots without values, which makes a type', 'PIVOT events ON type USING count(*)'],
])('refuses what %s', async (_what, sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

it.each([
  "SELECT * FROM '/etc/passwd'",
  "FROM 'events.csv'",
  'FROM "s3://bucket/x.parquet"',
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_csv_auto('/etc/passwd')",
  "SELECT * FROM READ_TEXT('/etc/passwd')",
  "SELECT * FROM read_blob('/etc/passwd')",
  "SELECT * FROM read_json('/etc/x')",
  "SELECT * FROM parquet_scan('x')",
  "SELECT * FROM read_duckdb('x')",
  "SELECT * FROM sniff_csv('/etc/passwd')",
  "SELECT * FROM glob('/*')",
  "SELECT * FROM query('SELECT 1')",
  "SELECT * FROM query_table('events')",
  "SELECT * FROM enable_logging(storage = 'file', storage_path = '/tmp/log')",
  'SELECT * FROM truncate_duckdb_logs()',
  'SELECT * FROM force_checkpoint()',
  'SELECT * FROM checkpoint()',
  'SELECT * FROM duckdb_secrets()',
  "SELECT * FROM which_secret('s3://x', 's3')",
  'SELECT * FROM duckdb_settings()',
  'FROM duckdb_settings',
  'FROM pg_catalog.pg_tables',
  'FROM sqlite_master',
  'FROM downlink.main.events',
  'FROM system.main.duckdb_tables',
  'FROM information_schema.schemata',
  "FROM pragma_table_info('events')",
  "FROM pragma_storage_info('events')",
  'FROM seq_scan(events)',
  'FROM test_all_types()',
  "FROM json_execute_serialized_sql('{}')",
  "FROM repeat('x', 9)",
  "FROM sql_auto_complete('SEL')",
  'FROM arrow_scan(1, 2, 3)',
  'FROM histogram(events, seq)',
])('refuses the table or table function of %s', async (sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

const secret = "current_setting('home_directory')"
it.each([
  `SELECT ${secret}`,
  "SELECT GetEnv('HOME')",
  "SELECT main.getenv('HOME')",
  "SELECT system.main.getenv('HOME')",
  `SELECT 1 FROM events WHERE ${secret} = 'x'`,
  `SELECT 1 GROUP BY ${secret}`,
  `SELECT 1 FROM events GROUP BY ROLLUP (seq, ${secret})`,
  `SELECT 1 HAVING ${secret} = 'x'`,
  `SELECT row_number() OVER () AS n FROM events QUALIFY ${secret} = 'x'`,
  `SELECT 1 ORDER BY ${secret}`,
  `SELECT 1 LIMIT length(${secret})`,
  `SELECT 1 LIMIT 1 OFFSET length(${secret})`,
  `SELECT DISTINCT ON (${secret}) * FROM events`,
  `SELECT CASE WHEN true THEN ${secret} END`,
  `SELECT CASE WHEN ${secret} = 'x' THEN 1 END`,
  `SELECT CASE WHEN true THEN 1 ELSE ${secret} END`,
  `SELECT 1 BETWEEN 0 AND length(${secret})`,
  `SELECT 1 IN (length(${secret}))`,
  `SELECT EXISTS (SELECT ${secret})`,
  `SELECT 1 = ANY (SELECT length(${secret}))`,
  `SELECT (SELECT ${secret})`,
  `SELECT CAST(${secret} AS VARCHAR)`,
  `SELECT TRY(${secret})`,
  `SELECT ${secret} COLLATE NOCASE`,
  `SELECT [${secret}]`,
  `SELECT {'a': ${secret}}`,
  `SELECT MAP {'a': ${secret}}`,
  `SELECT sum(1) FILTER (WHERE ${secret} = 'x')`,
  `SELECT sum(1) OVER (PARTITION BY ${secret})`,
  `SELECT sum(1) OVER (ORDER BY ${secret})`,
  `SELECT sum(seq) OVER (ORDER BY seq ROWS BETWEEN length(${secret}) PRECEDING AND CURRENT ROW) FROM events`,
  `SELECT lag(seq, 1, length(${secret})) OVER () FROM events`,
  `SELECT string_agg(type, ',' ORDER BY ${secret}) FROM events`,
  `SELECT * REPLACE (${secret} AS type) FROM events`,
  `SELECT COLUMNS(${secret}) FROM events`,
  `WITH a AS (SELECT ${secret}) SELECT 1`,
  `WITH a AS MATERIALIZED (SELECT ${secret}) SELECT * FROM a`,
  `WITH RECURSIVE a AS (SELECT 'x' UNION ALL SELECT ${secret} FROM a) SELECT * FROM a`,
  `SELECT 1 UNION ALL SELECT length(${secret})`,
  `SELECT 1 INTERSECT SELECT length(${secret})`,
  `VALUES (${secret})`,
  `FROM events a JOIN events b ON ${secret} = 'x'`,
  `FROM events a, LATERAL (SELECT ${secret})`,
  `FROM (SELECT ${secret})`,
  `FROM range(length(${secret}))`,
  `FROM (PIVOT events ON type IN ('a') USING max(${secret}))`,
  `FROM (PIVOT (SELECT ${secret} AS type) ON type IN ('a') USING count(*))`,
  `UNPIVOT (SELECT ${secret} AS a) ON a`,
  `DESCRIBE SELECT ${secret}`,
  `SUMMARIZE SELECT ${secret}`,
  `FROM (DESCRIBE SELECT ${secret})`,
  `SELECT INTERVAL (${secret}) DAY`,
  `FROM events TABLESAMPLE 10% WHERE ${secret} = 'x'`,
  `FROM events AT (VERSION => ${secret})`,
])('finds a forbidden function wherever it hides: %s', async (sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

it.each([
  "SELECT current_setting('home_directory')",
  "SELECT getvariable('x')",
  "SELECT nextval('x')",
  'SELECT setseed(0.1)',
  "SELECT write_log('x')",
  "SELECT json_serialize_plan('SELECT 1')",
  "SELECT json_deserialize_sql('{}')",
  'SELECT sleep_ms(60000)',
  'SELECT pg_sleep(60)',
  "SELECT repeat('x', 2000000000)",
  "SELECT lpad('x', 1500000000, 'y')",
  "SELECT rpad('x', 1500000000, 'y')",
  "SELECT printf('%1000000000d', 1)",
  "SELECT format('{:1000000000}', 1)",
  'SELECT range(100000000)',
  "SELECT levenshtein('a', 'b')",
  "SELECT damerau_levenshtein('a', 'b')",
  'SELECT list_transform([1], lambda x: x)',
  'SELECT [x + 1 FOR x IN [1]]',
  'SELECT list_reduce([1], lambda x, y: x)',
  'SELECT COLUMNS(c -> true) FROM events',
  "SELECT json_structure('[]')",
  'SELECT json_group_structure(data) FROM events',
  "SELECT json_contains('[]', '1')",
  "SELECT json_merge_patch('{}', '{}')",
  `SELECT json_transform('{}', '"JSON"')`,
  `SELECT from_json('{}', '"VARIANT"')`,
  "SELECT '[]'::JSON::VARIANT",
  "SELECT TRY_CAST('[]'::JSON AS VARIANT)",
  "SELECT '[]'::JSON::VARIANT[]",
  "SELECT '{}'::JSON::STRUCT(a VARIANT)",
  "SELECT '{}'::JSON::MAP(VARCHAR, VARIANT)",
  "SELECT 'POINT(1 1)'::GEOMETRY",
  "SELECT 'a'::ENUM('a')",
  "SELECT cast_to_type('1', NULL::INT)",
])('refuses the function or type of %s', async (sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

it.each([
  ['before it is given', 'WITH b AS (FROM settings), settings AS (SELECT 1) FROM b'],
  ['to itself', 'WITH settings AS (FROM settings) FROM settings'],
  ['outside', 'FROM (WITH settings AS (SELECT 1) SELECT 1), settings'],
  ['of the system', 'WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings'],
  ['that is a file', 'WITH "x.csv" AS (SELECT 1) FROM "x.csv"'],
  ['of a recursion, on its first side', 'WITH RECURSIVE s AS (FROM s UNION ALL SELECT 1) FROM s'],
])('does not believe a name of WITH %s', async (_where, sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

const nest = (open: string, inner: string, close: string, times: number) =>
  `SELECT ${open.repeat(times)}${inner}${close.repeat(times)}`

it.each([
  ['of nested functions', nest('abs(', '1', ')', 200)],
  ['of nested lists', nest('[', '1', ']', 200)],
  ['of nested subqueries', nest('(SELECT ', '1', ')', 24)],
  ['of nested arrows', `SELECT data${"->'a'".repeat(24)} FROM events`],
  ['of many joins', `SELECT 1 FROM ${Array.from({ length: 30 }, (_, at) => `events e${at}`).join(', ')}`],
  ['of names that double', withDoubling(24)],
  ['of grouping sets', `SELECT 1 FROM events GROUP BY CUBE (${Array.from({ length: 12 }, (_, at) => `seq + ${at}`)})`],
])('refuses a query %s, for its plan alone would take too long', async (_what, sql) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

it.each([
  ['parentheses', nest('(', '1', ')', 4000)],
  ['NOT', nest('NOT ', 'true', '', 2000)],
  ['plus', `SELECT 1${'+1'.repeat(4000)}`],
  ['subqueries', nest('(SELECT ', '1', ')', 1000)],
  ['types', `SELECT 1::INT${'[]'.repeat(4000)}`],
  ['UNION', `SELECT 1${' UNION SELECT 1'.repeat(500)}`],
])('survives as much %s as fits into a query', async (_what, sql) => {
  await shared.query(sql).catch((error) => expect(error.code).toMatch(/forbidden_sql|bad_sql/))
  await shared.commit()
})

function withDoubling(names: number): string {
  const rest = Array.from({ length: names }, (_, at) => `t${at + 1} AS (SELECT a.x FROM t${at} a, t${at} b)`)
  return `WITH t0 AS (SELECT 1 AS x), ${rest.join(', ')} SELECT count(*) FROM t${names}`
}

const attacksThatAre = (kind: AttackQuery['becomes']) => attackQueries.filter(({ becomes }) => becomes === kind)

it.each(attacksThatAre('refused'))('refuses $name, for it $did', async ({ sql }) => {
  await expectRefused(shared, sql, 'forbidden_sql')
})

it.each(attacksThatAre('too large'))('keeps $name where it lies, for it $did', async ({ sql }) => {
  await expectRefused(shared, sql, 'query_too_large')
})

it.each(attacksThatAre('stopped'))('stops $name', async ({ sql }) => {
  const store = await aReadStore({ limits: { timeLimitMs: 300, memoryGrowthMb: 512 } })
  const error = await store.query(sql).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: expect.stringMatching(/^query_(timeout|too_large)$/) })
  await store.commit()
})

it('ends a query at its time, and has a place for the next', async () => {
  const store = await aReadStore({ limits: { timeLimitMs: 400, maxConcurrent: 1 } })
  const endless = [
    'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1',
    'WITH RECURSIVE t(x) AS (SELECT 1::HUGEINT UNION ALL SELECT x + 1 FROM t) SELECT max(x) FROM t',
    'SELECT count(DISTINCT hash(range)) FROM range(1000000000)',
  ]
  for (const sql of endless) await expectRefused(store, sql, 'query_timeout')
})

it('ends a query that takes the memory, whichever way', async () => {
  const store = await aReadStore({
    limits: { spillMb: 1, memoryGrowthMb: 256 },
    settings: ["SET memory_limit = '128MB'"],
  })
  const hungry = [
    'SELECT list(range) FROM range(1000000000)',
    'SELECT a.range FROM range(100000000) a ORDER BY hash(a.range)',
    'WITH RECURSIVE t(s) AS (SELECT type FROM events UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t',
    "WITH s AS (SELECT string_agg('0123456789', '') AS s FROM range(10000)) SELECT max(length(s || range || s)) FROM range(10000000), s",
  ]
  await store.commit()
  for (const sql of hungry) await expectRefused(store, sql, 'query_too_large')
})

it('keeps commits going while queries use all they may', async () => {
  const store = await aReadStore({ limits: { timeLimitMs: 500 } })
  const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1'
  let running = true
  const queries = Promise.allSettled([endless, endless, endless].map((sql) => store.query(sql))).then((results) => {
    running = false
    return results
  })
  let commits = 0
  while (running) {
    await store.commit()
    commits++
  }
  expect((await queries).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(commits).toBeGreaterThan(5)
})

it('gives way to a commit that lacks memory', async () => {
  const store = await aReadStore()
  // The first query makes the views.
  await store.query('FROM events')
  const query = store.query('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1')
  await store.commit()
  store.readers.interrupt()
  await expect(query).rejects.toMatchObject({ code: 'query_interrupted' })
})

it('turns queries away when too many wait, and takes them again later', async () => {
  const store = await aReadStore({ limits: { maxConcurrent: 1, maxWaiting: 1 } })
  const [first, second, third] = await Promise.allSettled(['SELECT 1', 'SELECT 2', 'SELECT 3'].map(store.query))
  expect(first?.status).toBe('fulfilled')
  expect(second?.status).toBe('fulfilled')
  expect(third).toMatchObject({ status: 'rejected', reason: { code: 'query_busy' } })
  expect(await store.rows('SELECT 4')).toEqual([[4]])
})

it('stops for one who has gone, running or waiting', async () => {
  const store = await aReadStore({ limits: { maxConcurrent: 1 } })
  const gone = new AbortController()
  const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1'
  const queries = [endless, 'SELECT 1'].map((sql) => store.sandbox.query(sql, gone.signal))
  const outcomes = Promise.allSettled(queries)
  gone.abort()
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'query_interrupted' } })
  expect(await store.rows('SELECT 1')).toEqual([[1]])
})

it('tells which reads run, and refuses those that a watchdog has banned', async () => {
  const running = new Set<RunningRead>()
  const seen: RunningRead[] = []
  const killed = queryFingerprint('SELECT 7')
  const store = await aReadStore({
    watch: {
      onRun(read) {
        running.add(read)
        seen.push(read)
        return () => running.delete(read)
      },
      isBanned: (fingerprint) => fingerprint === killed,
    },
  })
  await store.query('SELECT 1')
  await store.readers.run(async () => expect(running.size).toBe(1), { timeLimitMs: 5 })
  await expect(store.query('SELECT nothing')).rejects.toMatchObject({ code: 'bad_sql' })
  const { timeLimitMs } = queryDefaults
  expect(seen).toEqual([
    { fingerprint: queryFingerprint('SELECT 1'), timeLimitMs },
    { fingerprint: undefined, timeLimitMs: 5 },
    { fingerprint: queryFingerprint('SELECT nothing'), timeLimitMs },
  ])
  expect(running.size).toBe(0)
  await expect(store.query('select  7')).rejects.toMatchObject({ code: 'query_killed' })
  expect(seen).toHaveLength(3)
})

it('cuts a long result off, and says so', async () => {
  const store = await aReadStore({ limits: { maxRows: 3000, maxResultBytes: 30_000 } })
  expect(await store.query('FROM range(3000)')).toMatchObject({ truncated: false })
  const rows = await store.query('FROM range(3001)')
  expect(rows.truncated).toBe(true)
  expect(rows.rows).toHaveLength(3000)
  const wide = await store.query("SELECT string_agg('x', '') FROM range(60000) GROUP BY range % 6")
  expect(wide.truncated).toBe(true)
})

it('can change no setting and write no file, even past the walls of the tree', async () => {
  const store = await aReadStore()
  await expect(store.run("SET memory_limit = '2GB'")).rejects.toThrow(/locked/)
  await expect(store.run("COPY (SELECT 1) TO '/tmp/downlink-stolen.csv'")).rejects.toThrow(/disabled/)
  await expect(store.run("COPY (SELECT 1) TO 'relative.csv'")).rejects.toThrow(/disabled/)
  await expect(store.run(`COPY (SELECT 1) TO '${store.exportFolder}/../x.csv'`)).rejects.toThrow(/disabled/)
  await expect(store.readers.run((reader) => reader.run('DELETE FROM events'))).rejects.toThrow(/read-only/i)
  expect(await readdir(store.exportFolder)).toEqual([])
})

it.each([
  ['SELEC 1', 'bad_sql', /syntax/],
  ['', 'bad_sql', /SELECT/],
  ['SELECT 1 \0', 'bad_sql', /NUL/],
  ['SELECT nothing FROM events', 'bad_sql', /nothing/],
  ["SELECT 'x'::INT", 'bad_sql', /Conversion/],
  // A fault of the engine's own, whose message goes on with a stack of its files.
  ['SELECT reservoir_quantile(seq, NULL::INT[]) FROM events', 'bad_sql', /^The database fails at this query: [^\n]+$/],
  ['SELECT $1', 'forbidden_sql', /parameter/],
  ['SELECT getenv(1)', 'forbidden_sql', /function getenv/],
  ['DELETE FROM events', 'forbidden_sql', /^Expected one SELECT\. Nothing/],
  ['SELECT 1; DROP TABLE events', 'forbidden_sql', /^Expected one SELECT\. Nothing/],
  ['PIVOT events ON type USING count(*)', 'forbidden_sql', /^Expected one SELECT\. PIVOT needs its values/],
  ['FROM nowhere', 'forbidden_sql', /events, sessions/],
])('answers %j with %s', async (sql, code, message) => {
  await expect(shared.query(sql)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

it.each([
  ["SELECT type, count(*) AS n FROM events WHERE data->>'a' = '1' GROUP BY ALL ORDER BY n DESC LIMIT 5", [['x', 1]]],
  ["SELECT data->'a'->>0 FROM events", [[null]]],
  ['WITH a AS (SELECT 1 AS x), b AS (FROM a) FROM b, a', [[1, 1]]],
  ['WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t WHERE x < 3) FROM t ORDER BY x', [[1], [2], [3]]],
  ['SELECT sum(seq) OVER (ORDER BY seq) FROM main.events', [[1]]],
  ["SELECT count(*) FROM events a JOIN sessions b USING (session_id) WHERE regexp_matches(a.type, '^x')", [[0]]],
  ["FROM (PIVOT events ON type IN ('x', 'y') USING count(*) GROUP BY session_id)", [['s', 1, 0]]],
  ['SELECT key, value FROM events, json_each(data)', [['a', 1]]],
  ["SELECT date_trunc('year', ts) < now()::TIMESTAMP, extract(year FROM ts) > 2000 FROM events", [[true, true]]],
  [
    'SELECT quantile_cont(seq, 0.5), approx_count_distinct(seq), histogram(type) FROM events',
    [[1, 1, [{ key: 'x', value: 1 }]]],
  ],
  ['FROM ledgers', []],
  // What those who attack do too much of, and others in moderation.
  [
    "SELECT type LIKE '_%', type ILIKE '%X%', type LIKE 'a%b%d%', type GLOB '*x' FROM events",
    [[true, true, false, true]],
  ],
  ['SELECT lag(seq) OVER (), lead(seq, 2, 7) OVER (), lag(seq, -3) OVER () FROM events', [[null, 7, null]]],
  ["SELECT replace(replace(upper(type), 'X', 'y'), 'y', 'zzzz'), hex(hex('a')) FROM events", [['zzzz', '3631']]],
  ['SELECT seq + 1 AS a, a + a AS b, b + b AS c, a || b || c FROM events', [[2, 4, 8, '248']]],
  ["SELECT CASE type WHEN 'x' THEN CASE seq WHEN 1 THEN 'first' ELSE 'later' END END FROM events", [['first']]],
  ["SELECT count(*) FROM (SELECT *, * FROM events a JOIN events b USING (session_id)) WHERE type = 'x'", [[1]]],
  ['SELECT {a: seq, b: {c: type}}.b.c, max(seq, 3) FROM events GROUP BY ALL', [['x', [1]]]],
  ["SELECT regexp_replace(type, '(.)', '\\1\\1'), nullif(nullif(type, 'a'), 'b') FROM events", [['xx', 'x']]],
  [
    `SELECT count(DISTINCT type) OVER (ORDER BY seq ROWS 9 PRECEDING), sum(seq) OVER (ORDER BY seq ROWS 9 PRECEDING EXCLUDE CURRENT ROW)
     FROM events`,
    [[1, null]],
  ],
  ['SELECT sum(seq) OVER w, count(*) OVER w FROM events WINDOW w AS (PARTITION BY type ORDER BY seq)', [[1, 1]]],
  ["SELECT table_name FROM information_schema.tables WHERE table_name = 'events'", [['events']]],
])('answers %s', async (sql, rows) => {
  const store = await aReadStore()
  await store.commit('x', { a: 1 })
  expect(await store.rows(sql)).toEqual(rows)
})

it('shows and describes what there is', async () => {
  const store = await aReadStore()
  expect(await store.rows('SHOW TABLES')).toEqual([
    ['events'],
    ['label_history'],
    ['ledgers'],
    ['rejected_events'],
    ['sessions'],
  ])
  expect((await store.rows('DESCRIBE events')).map(([name, type]) => `${name} ${type}`)).toContain('data JSON')
  expect(await store.rows('SELECT column_name FROM (SUMMARIZE events) LIMIT 1')).toEqual([['session_id']])
})
