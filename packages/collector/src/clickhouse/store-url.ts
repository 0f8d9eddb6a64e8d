/** Parses how a store on ClickHouse is named: `clickhouse://host:8123/database`. Asks nobody, so that it can be judged at once. */
import { CollectorError } from '../errors.ts'

export interface StoreUrl {
  /** Of its HTTP interface. */
  readonly url: string
  readonly database: string
  /** The server and the database in messages: `host:8123/database`. */
  readonly address: string
}

const schemes: Readonly<Record<string, { readonly scheme: string; readonly port: string }>> = {
  'clickhouse:': { scheme: 'http', port: '8123' },
  'clickhouses:': { scheme: 'https', port: '8443' },
}

/**
 * What is refused may hold a secret anywhere: nothing of it is repeated.
 *
 * @throws {CollectorError} `bad_option`
 */
export function parseStoreUrl(text: string): StoreUrl {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  const { scheme, port } = schemes[parsed?.protocol ?? ''] ?? {}
  const [, database] = /^\/?(\w*)$/.exec(parsed?.pathname ?? '') ?? []
  if (!parsed?.hostname || !scheme || database === undefined || hasMore(parsed)) {
    const expected = 'Expected the store as clickhouse://host:port/database, with credentials in a file of their own'
    throw new CollectorError('bad_option', expected)
  }
  const server = `${parsed.hostname}:${parsed.port || port}`
  const named = database || 'default'
  return { url: `${scheme}://${server}`, database: named, address: `${server}/${named}` }
}

const hasMore = ({ username, password, search, hash }: URL): boolean => username + password + search + hash !== ''
