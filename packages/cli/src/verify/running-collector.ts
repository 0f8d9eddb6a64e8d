/** Verifies against a collector that somebody runs: a command of theirs deals its faults, and what was sent is removed. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { verifyName } from '@downlink/protocol'
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { retried } from '../retried.ts'
import type { OwnersFault, Verified } from './fault-plan.ts'

const commandTimeoutMs = 120_000

/**
 * Deals faults by a program, which gets what to do and to what behind its own arguments: `kill` and a part, `disk full` and
 * `disk free`, `cut` and `heal`, `stop` and `start`. It ends once that is done.
 *
 * @throws {CliError} `fault_not_dealt`
 */
export function dealBy([program = '', ...args]: readonly string[]): (fault: OwnersFault) => Promise<void> {
  const run = async (fault: string, target: string): Promise<void> => {
    await promisify(execFile)(program, [...args, fault, target], { timeout: commandTimeoutMs }).catch(
      (cause: unknown) => {
        const { stderr = '' } = cause as { readonly stderr?: string }
        const advice = `It gets ${fault} ${target} behind its own arguments, and has to exit with 0 once that is done.`
        const message = `The command of --on-fault failed at ${fault} ${target}: ${stderr.trim() || String(cause)}`
        throw new CliError('fault_not_dealt', message, advice, { cause })
      },
    )
  }
  return async (fault) => {
    if (fault.kind === 'kill') return run('kill', fault.target)
    const [begin, end] = verbsOf(fault)
    await run(...begin)
    await sleep(fault.forMs)
    await run(...end)
  }
}

type Verb = readonly [fault: string, target: string]

/** How it begins, and how it ends. */
function verbsOf(fault: Exclude<OwnersFault, { kind: 'kill' }>): readonly [Verb, Verb] {
  switch (fault.kind) {
    case 'disk':
      return [
        ['disk', 'full'],
        ['disk', 'free'],
      ]
    case 'cut':
      return [
        ['cut', fault.target],
        ['heal', fault.target],
      ]
    case 'stop':
      return [
        ['stop', fault.target],
        ['start', fault.target],
      ]
  }
}

/** Throws as the API client does, where what is to be sent could not be removed: it is not for this token. */
export async function expectRemovable(api: ApiClient, sent: Sent): Promise<void> {
  await forget(api, sent, true)
}

/** A collector waits for its sinks for as long as whoever asks does, and none may run any more. */
const removeWithinMs = 120_000

/**
 * Throws as the API client does; `refused` where it takes longer than that, with the step that the collector was at.
 *
 * @param withinMs two minutes, but for tests
 */
export async function removeSessions(
  api: Pick<ApiClient, 'change'>,
  sent: Sent,
  withinMs: number = removeWithinMs,
): Promise<void> {
  const signal = AbortSignal.timeout(withinMs)
  let step = 'none'
  const onProgress = (progress: ForgetProgress): void => {
    step = progress.step
  }
  await retried(() => forget(api, sent, false, onProgress, signal)).catch((cause: unknown) => {
    if (!signal.aborted) throw cause
    const message = `What the verification sent is not removed in time; the step of the collector is: ${step}`
    throw new CliError('refused', message, `Remove it later: downlink forget --where "${whereSent(sent)}"`, { cause })
  })
}

/** What it sends to whom, told from what others send by a label. */
export interface Sent {
  readonly verified: Verified
  readonly run: string
}

interface ForgetProgress {
  readonly step: string
}

const forget = (
  api: Pick<ApiClient, 'change'>,
  sent: Sent,
  dryRun: boolean,
  onProgress: (progress: ForgetProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<unknown> =>
  api.change('POST', `api/forget?dryRun=${dryRun}&where=${encodeURIComponent(whereSent(sent))}`, onProgress, signal)

/** A condition on the table `sessions`. */
const whereSent = ({ verified, run }: Sent): string =>
  verified === 'cluster'
    ? `JSONExtractString(labels, '${verifyName}') = '${run}'`
    : `labels->>'${verifyName}' = '${run}'`
