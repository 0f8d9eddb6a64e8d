/** Starts a collector to be verified on a fresh folder, and deals faults to its processes. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FromCollector, ToCollector } from './collector-main.ts'
import type { OwnersFault } from './fault-plan.ts'

export interface OwnCollector {
  readonly url: string
  readonly folder: string
  /** Resolves once it is dealt, and the collector takes events again. */
  deal(fault: OwnersFault): Promise<void>
  /** Resolves once it has closed. */
  end(): Promise<void>
  removeFolder(): Promise<void>
}

const collectorMain = fileURLToPath(new URL('./collector-main.js', import.meta.url))

/**
 * @param disk `volatile`: what its log has not synced is gone once it is killed, and syncing takes its time
 * @throws {Error} where it can't listen
 */
export async function startOwnCollector(disk: 'volatile' | 'real'): Promise<OwnCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-verify-'))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  let running = await startProcess(folder, '0', disk).catch(async (error: unknown) => {
    await removeFolder()
    throw error
  })
  const { url } = running

  return {
    url,
    folder,
    async deal(fault) {
      if (fault.kind === 'cut' || fault.kind === 'stop') throw new TypeError('Expected a fault of one collector')
      if (fault.kind === 'disk') return fillDisk(running.child, fault.forMs)
      if (fault.target === 'store') return killStore(running.child)
      running.child.kill('SIGKILL')
      await running.exited
      running = await startProcess(folder, new URL(url).port, disk)
    },
    async end() {
      if (running.child.connected) running.child.disconnect()
      await running.exited
    },
    removeFolder,
  }
}

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly exited: Promise<unknown>
}

/** @param port 0 picks one */
async function startProcess(folder: string, port: string, disk: string): Promise<Running> {
  const child = fork(collectorMain, [folder, port, disk], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  })
  const exited = once(child, 'exit')
  const ended = exited.then(([code]): never => {
    throw new Error(`Expected a collector to start, got one that ended with code ${code}`)
  })
  const [said] = (await Promise.race([once(child, 'message'), ended])) as [FromCollector]
  ended.catch(() => {})
  if (said.kind === 'failed') throw new Error(said.message)
  return { child, url: said.url, exited }
}

async function fillDisk(child: ChildProcess, forMs: number): Promise<void> {
  const say = (message: ToCollector): void => void child.send(message)
  say({ disk: 'full' })
  await sleep(forMs)
  say({ disk: 'free' })
}

/** Nothing where it has just ended. Its collector starts it again. */
async function killStore({ pid }: ChildProcess): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const child of children.split(' ').filter(Boolean)) process.kill(Number(child), 'SIGKILL')
}
