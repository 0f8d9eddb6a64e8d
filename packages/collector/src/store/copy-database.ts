/** Copies the database into a file of its own, as one moment has it, while others read and write. */
import { mkdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { reservedBytes } from '../log/write-log.ts'

/** Of the database's file, as of the last checkpoint. */
export interface DatabaseSpace {
  readonly usedBytes: number
  /** Of blocks that are free, which later rows fill. */
  readonly reusableBytes: number
}

/** Blocks of a file system: those that are free to us, all, and the bytes of one. */
interface Disk {
  readonly bavail: number
  readonly blocks: number
  readonly bsize: number
}

type ReadDisk = (path: string) => Promise<Disk>

/** What a copy is called as long as it is attached, to whoever compares it. */
const copyName = 'copied'

/**
 * One statement, and so one transaction, has all of it. Under the sandbox's lock the database can attach files only in
 * its copy folder.
 *
 * @param file in the copy folder, where nothing is yet; nothing is left there after a failure
 * @returns its size
 * @throws {CollectorError} `no_room`; the engine's errors
 */
export async function copyDatabase(
  connection: DuckDBConnection,
  file: string,
  readDisk: ReadDisk = statfs,
): Promise<number> {
  await mkdir(dirname(file), { recursive: true })
  await expectRoom(connection, await readDisk(dirname(file)))
  try {
    await attach(connection, file, '', async () => {
      const [row] = (await connection.runAndReadAll('SELECT current_database()')).getRows()
      await connection.run(`COPY FROM DATABASE "${row?.[0]}" TO ${copyName}`)
      // Into the file, and synced.
      await connection.run(`CHECKPOINT ${copyName}`)
    })
    return (await stat(file)).size
  } catch (error) {
    for (const ending of ['', '.wal']) await rm(file + ending, { force: true })
    throw error
  }
}

/** @throws {Error} where a copy is not the database that it was made of, to which nothing was written since */
export async function expectEqual(connection: DuckDBConnection, file: string): Promise<void> {
  const live = await digestOf(connection, 'current_database()')
  const copied = await attach(connection, file, '(READ_ONLY)', () => digestOf(connection, `'${copyName}'`))
  // A query may have made a view meanwhile. It is made again by the next one.
  const isNewView = (name: string): boolean => name.startsWith('view ') && !copied.has(name)
  const differing = [...live].filter(([name, digest]) => copied.get(name) !== digest && !isNewView(name))
  if (differing.length > 0) {
    throw new Error(`Expected a copy that is equal to the database, got another ${differing.map(([name]) => name)}`)
  }
}

export async function readSpace(connection: DuckDBConnection): Promise<DatabaseSpace> {
  const [row] = (
    await connection.runAndReadAll(`SELECT used_blocks * block_size, free_blocks * block_size
      FROM pragma_database_size() WHERE database_name = current_database()`)
  ).getRows()
  return { usedBytes: Number(row?.[0] ?? 0), reusableBytes: Number(row?.[1] ?? 0) }
}

async function attach<Result>(
  connection: DuckDBConnection,
  file: string,
  options: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${copyName} ${options}`)
  try {
    return await work()
  } finally {
    await connection.run(`DETACH ${copyName}`)
  }
}

/**
 * What the database has, by name: how each thing was defined, and of a table all that is in it, whose blocks are read.
 * A copied view may have quotes where it had none, and the other way round.
 */
async function digestOf(connection: DuckDBConnection, database: string): Promise<ReadonlyMap<string, string>> {
  const defined =
    await connection.runAndReadAll(`SELECT kind, database_name, schema_name, name, replace(sql, '"', ''), comment FROM (
      SELECT 'table' AS kind, database_name, schema_name, table_name AS name, sql, comment FROM duckdb_tables() WHERE NOT internal
      UNION ALL SELECT 'view', database_name, schema_name, view_name, sql, comment FROM duckdb_views() WHERE NOT internal
      UNION ALL SELECT 'index', database_name, schema_name, index_name, sql, comment FROM duckdb_indexes()
    ) WHERE database_name = ${database}`)
  const digest = new Map<string, string>()
  for (const [kind, catalog, schema, name, ...definition] of defined.getRows()) {
    const rows = kind === 'table' ? await tableDigest(connection, `"${catalog}"."${schema}"."${name}"`) : []
    digest.set(`${kind} ${schema}.${name}`, [...definition, ...rows].map(String).join('\n'))
  }
  return digest
}

async function tableDigest(connection: DuckDBConnection, table: string): Promise<readonly unknown[]> {
  const [row] = (await connection.runAndReadAll(`SELECT count(*), bit_xor(hash(COLUMNS(*))) FROM ${table}`)).getRows()
  return row ?? []
}

/** @throws {CollectorError} `no_room` */
async function expectRoom(connection: DuckDBConnection, { bavail, blocks, bsize }: Disk): Promise<void> {
  const { usedBytes } = await readSpace(connection)
  // The rest is the log's, and the next transaction's.
  const neededBytes = usedBytes + reservedBytes(blocks * bsize)
  const freeBytes = bavail * bsize
  // A file system that does not know (some of FUSE) has none at all.
  if (blocks === 0 || freeBytes >= neededBytes) return
  throw new CollectorError(
    'no_room',
    `Expected ${neededBytes} free bytes for a copy of the database and what is written beside it, got ${freeBytes}`,
  )
}
