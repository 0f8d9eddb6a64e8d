import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it, onTestFinished } from 'vitest'
import { copyDatabase } from './copy-database.ts'

it('copies nothing where the disk has no room beside what the log keeps for itself, and says how much it takes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const instance = await DuckDBInstance.create(join(folder, 'downlink.duckdb'))
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  await connection.run('CREATE TABLE events AS SELECT hash(i) AS n FROM range(100000) t(i); CHECKPOINT')
  const [row] = (
    await connection.runAndReadAll('SELECT used_blocks * block_size FROM pragma_database_size()')
  ).getRows()
  const usedBytes = Number(row?.[0])
  const file = join(folder, 'copies', 'copy.duckdb')

  // An eighth of a small disk is the log's.
  const disk = (bavail: number) => async () => ({ blocks: 8000, bavail, bsize: 4096 })
  const wanted = usedBytes / 4096 + 1000
  await expect(copyDatabase(connection, file, disk(wanted - 1))).rejects.toMatchObject({
    code: 'no_room',
    message: expect.stringContaining(`Expected ${usedBytes + 1000 * 4096} free bytes`),
  })
  expect(await readdir(join(folder, 'copies'))).toEqual([])
  expect(await copyDatabase(connection, file, disk(wanted))).toBeGreaterThan(0)
})
