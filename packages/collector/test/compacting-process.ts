/** Compacts a database over and over in a process of its own, so that it can be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const dist = new URL('../dist/', import.meta.url)

const script = `
  import { createDuckDBStore } from '${new URL('store/duckdb-store.js', dist)}'
  import { openDatabase } from '${new URL('store/open-database.js', dist)}'
  const database = await openDatabase({ dataFolder: process.argv[1], log: { error: (...line) => console.log(...line) } })
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  await store.readPosition()
  for (;;) {
    console.log('begins')
    await store.compact()
  }
`

/** @param afterMs from the beginning of a compaction */
export async function killCompacting(data: string, compactions: number, afterMs: number): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let said = ''
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.split('begins').length > compactions) resolve()
    })
    child.once('exit', resolve)
  })
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await exited
  return said.replaceAll('begins\n', '')
}
