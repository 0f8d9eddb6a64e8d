/**
 * Serves ClickHouse over HTTP from this process, as its server would as far as `@clickhouse/client` asks: for tests alone.
 * Started as `jiti chdb-front.ts FOLDER PORT [PASSWORD]`; prints its address once it listens. Each request has a connection
 * of its own to the engine, so that no setting of one reaches another.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What is used of the package `chdb`, which is installed in this folder alone. */
interface Chdb {
  readonly Session: new (folder: string) => Connection
}

interface Connection {
  queryAsync(sql: string, options?: { readonly format: string }): Promise<{ bytes(): Uint8Array }>
  close(): void
}

const { Session }: Chdb = createRequire(import.meta.url)('chdb')
const [folder = '', port = '0', password] = process.argv.slice(2)

/** Without one that stays the engine would stop and start with each request. */
const kept = new Session(folder)

/** Parameters of a request that are none of the engine's settings. */
const ownParameters = new Set([
  'query',
  'query_id',
  'database',
  'session_id',
  'default_format',
  'wait_end_of_query',
  'enable_http_compression',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
])

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => fail(response, error))
})
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/ping') return void response.end('Ok.\n')
  const body = await bodyOf(request)
  if (!isPermitted(request.headers)) throw new Error(exception(516, 'Authentication failed', 'AUTHENTICATION_FAILED'))
  const statement = searchParams.get('query')
  const sql = [statement ?? '', body].filter((part) => part !== '').join('\n')
  const connection = new Session(folder)
  try {
    await refuseScripts(statement ?? sql)
    const settings = settingsOf(searchParams)
    if (settings !== '') await connection.queryAsync(settings)
    // A copy: the engine's memory goes with the connection.
    const format = searchParams.get('default_format') ?? 'TabSeparated'
    const bytes = Buffer.from((await connection.queryAsync(sql, { format })).bytes())
    const rows = searchParams.has('wait_end_of_query') ? await countRows(connection, sql) : undefined
    response.setHeader('x-clickhouse-summary', JSON.stringify(rows === undefined ? {} : { result_rows: rows }))
    send(response, bytes, searchParams.get('query_id'), isCompressed(request, searchParams))
  } finally {
    connection.close()
  }
}

/** The engine in a process does not say how many rows a file has: they are counted where that is asked for. */
async function countRows(connection: Connection, sql: string): Promise<string | undefined> {
  const [, query] = /^(.*)\bFORMAT (?:Parquet|TSVRaw)\s*$/s.exec(sql) ?? []
  if (query === undefined) return undefined
  const counted = await connection.queryAsync(`SELECT count() FROM (${query}\n) FORMAT TSV`)
  return Buffer.from(counted.bytes()).toString().trim()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
}

function isPermitted({ authorization = '' }: IncomingHttpHeaders): boolean {
  return (
    password === undefined ||
    Buffer.from(authorization.replace('Basic ', ''), 'base64').toString() === `default:${password}`
  )
}

/** The server takes one statement a request, and writes to no file; the engine in a process does both. */
async function refuseScripts(sql: string): Promise<void> {
  if (/\binto\s+outfile\b/i.test(sql))
    throw new Error(exception(1, 'INTO OUTFILE is not allowed', 'UNSUPPORTED_METHOD'))
  if (!sql.includes(';')) return
  const parsed = await kept.queryAsync(`SELECT isNull(formatQueryOrNull(${quote(sql)})) FORMAT TSV`)
  const isOne = Buffer.from(parsed.bytes()).toString().trim() === '0'
  if (!isOne) throw new Error(exception(62, 'Syntax error (Multi-statements are not allowed)', 'SYNTAX_ERROR'))
}

/** `readonly` is set last: nothing can be set behind it. */
function settingsOf(parameters: URLSearchParams): string {
  const database = parameters.get('database')
  const settings = [...parameters].filter(([name]) => !ownParameters.has(name))
  settings.sort(([one], [other]) => Number(one === 'readonly') - Number(other === 'readonly'))
  const statements = settings.map(([name, value]) => `SET ${name} = ${quote(value)}`)
  return [...(database === null ? [] : [`USE ${database}`]), ...statements].join('; ')
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const isCompressed = ({ headers }: IncomingMessage, parameters: URLSearchParams): boolean =>
  parameters.get('enable_http_compression') === '1' && /\bgzip\b/.test(String(headers['accept-encoding']))

function send(response: ServerResponse, bytes: Uint8Array, queryId: string | null, compressed: boolean): void {
  response.setHeader('x-clickhouse-query-id', queryId ?? '')
  if (compressed) response.setHeader('content-encoding', 'gzip')
  response.end(compressed ? gzipSync(bytes) : bytes)
}

function fail(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  const [, code = '1002'] = /^Code: (\d+)/.exec(text) ?? []
  response.writeHead(500, { 'x-clickhouse-exception-code': code })
  response.end(text)
}

const exception = (code: number, message: string, type: string): string =>
  `Code: ${code}. DB::Exception: ${message}. (${type})`
