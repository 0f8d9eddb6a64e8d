/** Verifies against a collector that somebody runs: a command of theirs deals its faults, and what was sent is removed. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { verifyName } from '@downlink/protocol'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import type { CollectorFault } from './fault-plan.ts'

const commandTimeoutMs = 120_000

/**
 * Deals faults by a program, which gets what to do and to what behind its own arguments: `kill collector`, `kill store`,
 * `disk full`, `disk free`. It ends once that is done.
 *
 * @throws {CliError} `fault_not_dealt`
 */
export function dealBy([program = '', ...args]: readonly string[]): (fault: CollectorFault) => Promise<void> {
  const run = async (fault: string, target: string): Promise<void> => {
    await promisify(execFile)(program, [...args, fault, target], { timeout: commandTimeoutMs }).catch(
      (cause: unknown) => {
        const { stderr = '' } = cause as { readonly stderr?: string }
        const advice =
          'It gets kill collector, kill store, disk full or disk free behind its own arguments, and has to exit with 0.'
        const message = `The command of --on-fault failed at ${fault} ${target}: ${stderr.trim() || String(cause)}`
        throw new CliError('fault_not_dealt', message, advice, { cause })
      },
    )
  }
  return async (fault) => {
    if (fault.kind === 'kill') return run('kill', fault.target)
    await run('disk', 'full')
    await sleep(fault.forMs)
    await run('disk', 'free')
  }
}

/** Throws as the API client does, where it may not remove what is to be sent. */
export const expectRemovable = (api: ApiClient, run: string): Promise<unknown> => forget(api, run, true)

/** Throws as the API client does. */
export async function removeSessions(api: ApiClient, run: string): Promise<void> {
  await retried(() => forget(api, run, false))
}

const forget = (api: ApiClient, run: string, dryRun: boolean): Promise<unknown> => {
  const where = `labels->>'${verifyName}' = '${run}'`
  return api.change('POST', `api/forget?dryRun=${dryRun}&where=${encodeURIComponent(where)}`, () => {})
}
