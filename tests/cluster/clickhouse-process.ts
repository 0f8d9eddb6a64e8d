/** ClickHouse that ends with its test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { type ClickHouseProcess, makeDatabase, startClickHouse } from './chdb-process.ts'

/** One that its test need not end, in a folder that goes with the test. */
export async function aClickHouse(password?: string): Promise<ClickHouseProcess & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-clickhouse-'))
  const running = await startClickHouse(folder, 0, password)
  onTestFinished(async () => {
    await running.kill()
    await rm(folder, { recursive: true, force: true })
  })
  return { ...running, folder }
}

/** Databases that are empty, in one process for all tests of a file. @returns makes one, and gives its URL */
export function sharedClickHouse(): () => Promise<string> {
  let started: Promise<ClickHouseProcess> | undefined
  let databases = 0
  const folder = mkdtemp(join(tmpdir(), 'downlink-clickhouse-'))
  afterAll(async () => {
    await (await started)?.kill()
    await rm(await folder, { recursive: true, force: true })
  })
  return async () => {
    started ??= startClickHouse(await folder, 0)
    const { url } = await started
    return makeDatabase(url, `test_${++databases}`)
  }
}
