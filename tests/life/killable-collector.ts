/** Runs `downlink serve` as a process that is killed and started over, and its store process, too. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { createApiClient } from '../../packages/cli/dist/api-client.js'
import { type Serving, serve } from '../../packages/cli/test/run-command.ts'
import type { Query } from './accounts.ts'
import type { Senders } from './senders.ts'

export interface Running extends Serving {
  readonly telemetry: string
  readonly query: Query
}

export async function startOver(data: string, senders?: Senders): Promise<Running> {
  const serving = await serve(['--data', data])
  const { telemetry }: { readonly telemetry: string } = JSON.parse(serving.stdout())
  senders?.sendTo(telemetry)
  const api = createApiClient({ url: serving.url, token: undefined, source: data })
  return { ...serving, telemetry, query: async (sql) => (await api.query(sql)).rows }
}

export async function end({ child, exitCode }: Serving): Promise<void> {
  child.kill('SIGTERM')
  expect(await exitCode).toBe(0)
}

/** Until then commands are told to ask again, which a busy machine makes last. */
export async function whenStoreIsUp({ url }: Serving): Promise<void> {
  while ((await (await fetch(`${url}/readyz`)).json()).reads !== 'ok') await sleep(100)
}

export function killStore({ child }: Serving): void {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(child.pid)], { encoding: 'utf8' })
  for (const line of children.split('\n'))
    if (line.includes('store-main')) process.kill(Number.parseInt(line, 10), 'SIGKILL')
}
