/** Measures what processes cost: their CPU time and memory as the system counts them, on Linux. */
import { readdir, readFile } from 'node:fs/promises'

export interface ProcessUsage {
  /** Seconds since they began, of them and of all that they started. */
  readonly cpuSeconds: number
  /** Their memory at the moment, shared pages counted in each. */
  readonly residentMb: number
}

/** Ticks a second, and bytes a page, of every Linux on a machine with 4 KiB pages. */
const [ticksPerSecond, pageBytes] = [100, 4096]

interface ProcessStat extends ProcessUsage {
  readonly pid: number
  readonly parent: number
}

/** @throws where there is no `/proc`, as on macOS */
export async function usageOf(pids: readonly (number | undefined)[]): Promise<ProcessUsage> {
  const running = await readProcesses()
  const wanted = new Set(pids)
  // A child has a higher id than its parent, unless ids began anew: so until none is added.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size
    for (const { pid, parent } of running) if (wanted.has(parent)) wanted.add(pid)
  }
  const own = running.filter(({ pid }) => wanted.has(pid))
  return {
    cpuSeconds: own.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    residentMb: own.reduce((sum, { residentMb }) => sum + residentMb, 0),
  }
}

async function readProcesses(): Promise<readonly ProcessStat[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')))
  return texts.filter((text) => text !== '').map(parseStat)
}

/** The name in it may have blanks and brackets; what follows its last one are fields, from the third on: see proc(5). */
function parseStat(text: string): ProcessStat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const field = (number: number): number => fields[number - 3] ?? Number.NaN
  const [user, system, endedUser, endedSystem] = [field(14), field(15), field(16), field(17)]
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    cpuSeconds: (user + system + endedUser + endedSystem) / ticksPerSecond,
    residentMb: (field(24) * pageBytes) / 1e6,
  }
}
