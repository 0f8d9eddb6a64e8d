/** Keeps the input under way in a file, a lane each: whoever finds a process dead or hung reads there what it died of. */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const fileOf = (folder: string, lane: number): string => join(folder, `${lane}.json`)

/** @returns notes an input before it is tried */
export function noteInputs(folder: string): (lane: number, input: unknown) => void {
  const files = new Map<number, number>()
  return (lane, input) => {
    const file = files.get(lane) ?? openSync(fileOf(folder, lane), 'w')
    files.set(lane, file)
    const json = Buffer.from(JSON.stringify(input))
    // Its length comes first, for what was there may be longer.
    writeSync(file, Buffer.concat([Buffer.from(`${json.length}\n`), json]), 0, undefined, 0)
  }
}

/** What a lane had under way last; undefined where that was nothing. */
export function readNote(folder: string, lane: number): unknown {
  try {
    const bytes = readFileSync(fileOf(folder, lane))
    const begin = bytes.indexOf('\n') + 1
    return JSON.parse(bytes.toString('utf8', begin, begin + Number(bytes.toString('utf8', 0, begin))))
  } catch {
    return undefined
  }
}
