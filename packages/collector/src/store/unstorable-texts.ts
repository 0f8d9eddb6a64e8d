/** Keeps the texts of events that the database can't hold, beside it: a file an event, named by its session and sequence. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventName } from '../sink/poison-guard.ts'

const folderName = 'unstorable'
/** What stands behind the name of the session. */
const ending = /-\d+\.json$/

export async function keepUnstorable(dataFolder: string, { sessionId, seq }: EventName, text: string): Promise<void> {
  const folder = join(dataFolder, folderName)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${nameOf(sessionId)}-${seq}.json`), text)
}

/** @returns paths within the data folder, of all that is kept of these sessions and of no other */
export async function listUnstorable(dataFolder: string, sessionIds: readonly string[]): Promise<readonly string[]> {
  const sessions = new Set(sessionIds.map(nameOf))
  const names = await readdir(join(dataFolder, folderName)).catch(() => [])
  return names
    .filter((name) => ending.test(name) && sessions.has(name.replace(ending, '')))
    .map((name) => join(folderName, name))
}

/** A `:` is none of a file's name on Windows. */
const nameOf = (sessionId: string): string => sessionId.replaceAll(':', '_')
