/** Runs `downlink verify`: the conservation test against a collector, with a verdict for whoever wants to see it on his own machine. */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { messageOf } from '@downlink/protocol'
import { Command, Option } from 'commander'
import { createApiClient } from '../api-client.ts'
import { withAdminAccess } from '../api-flags.ts'
import { CliError } from '../errors.ts'
import { argv, collectorAddress, wholeNumber } from '../flags.ts'
import { untilInterrupted } from '../interruption.ts'
import { printJson, printLines, printMessage } from '../output.ts'
import { retried } from '../retried.ts'
import { readSecrets } from '../secrets.ts'
import { createStatusLine } from '../status-line.ts'
import { type FaultKind, faultKinds, kindsOf, type Verified } from '../verify/fault-plan.ts'
import { startOwnCollector } from '../verify/own-collector.ts'
import { runVerification, type VerificationOptions } from '../verify/run-verification.ts'
import type { Progress } from '../verify/run-workload.ts'
import { dealBy, expectRemovable, removeSessions } from '../verify/running-collector.ts'
import { verifiedBehind } from '../verify/stored-rows.ts'
import { failureText, type Verdict, verdictText } from '../verify/verdict.ts'

interface VerifyFlags {
  readonly sessions: number
  readonly events: number
  readonly rate?: number
  readonly seed: number
  readonly faults: 'none' | 'all' | FaultKind
  readonly url?: string
  readonly key?: string
  readonly token?: string
  readonly onFault?: readonly string[]
  readonly json?: true
}

const notes = `
Starts a collector on a fresh folder, runs sessions with the real client against it, lets links, processes and the log's
disk fail, and compares each row of the database with what was pushed. It exits with 0 only if no event is missing,
doubled, reordered, changed or invented, and a fresh one still gets through. No disk of yours is filled.

With --url it verifies a collector that runs, or a cluster by the address of its balancer, and removes all that it has
sent at the end: that takes the admin scope. Its sessions have the label downlink_verify, and stand in no list and no
question meanwhile. Only links fail, by a relay of its own, unless --on-fault names a program that deals the others. It
gets what to do behind its own arguments, and exits once that is done; what it kills has to be started again.
  kill collector, kill store, disk full, disk free
  of a cluster: kill collector|sink|log-leader|log-follower|store, stop and start store|sinks,
                cut and heal collector-log|sink-log|log-log|collector-store|sink-store

Examples:
  downlink verify
  downlink verify --sessions 16 --events 1000000 --faults all --seed 1 --json
  downlink verify --url https://telemetry.example --key K --token T --rate 1000
  downlink verify --url http://127.0.0.1:4180 --on-fault '["docker","exec","test","deal-fault"]'`

export function verifyCommand(): Command {
  return new Command('verify')
    .description('prove that no event is lost, doubled or changed, whatever fails')
    .option('--sessions <number>', 'how many run at once', wholeNumber(1, 1000), 8)
    .option('--events <number>', 'how many events they push together', wholeNumber(1, 10_000_000), 50_000)
    .option(
      '--rate <events>',
      'events a second, together (default: as many as are acknowledged)',
      wholeNumber(1, 1_000_000),
    )
    .addOption(
      new Option('--faults <kind>', 'what goes wrong meanwhile').choices(['none', ...faultKinds, 'all']).default('all'),
    )
    .option('--seed <number>', 'the same seed, the same events and faults', wholeNumber(0, 0xffff_ffff), 1)
    .option('--url <url>', 'verify a collector that runs (default: one of its own)', collectorAddress)
    .option('--key <key>', 'with --url: its write key; else DOWNLINK_KEY')
    .option('--token <token>', 'with --url: its admin token; else DOWNLINK_ADMIN_TOKEN')
    .option('--on-fault <program>', 'with --url: what deals its faults; with arguments as a JSON array', argv)
    .option('--json', 'the verdict as one line of JSON')
    .addHelpText('after', notes)
    .action(verify)
}

/** @throws {CliError} `unsound`, `bad_usage`, `schema_rejects`, `fault_not_dealt`, `interrupted`, and as the API client does */
async function verify(flags: VerifyFlags): Promise<void> {
  const { url } = flags
  const signal = untilInterrupted()
  if (url !== undefined) return verifyRunning({ ...flags, url }, signal)
  if (flags.onFault) throw wrongUsage('Expected --url beside --on-fault')
  await verifyOwn(flags, signal)
}

async function verifyOwn(flags: VerifyFlags, signal: AbortSignal): Promise<void> {
  const faults = plannedKinds(flags.faults, 'collector')
  const isItsDiskTried = faults.some((kind) => kind !== 'network')
  const collector = await startOwnCollector(isItsDiskTried ? 'volatile' : 'real')
  let isKept = false
  try {
    const { url, deal } = collector
    const api = createApiClient({ url, token: undefined, source: url })
    const ends = { url, deal, api, signal, key: undefined, run: randomUUID(), verified: 'collector', faults } as const
    const verdict = await runShown(flags, ends)
    isKept = !verdict.ok
    if (isKept) throw unsound(verdict, `Its database and its log are kept in ${collector.folder}.`)
  } finally {
    await collector.end()
    if (!isKept) await collector.removeFolder()
  }
}

async function verifyRunning(flags: VerifyFlags & { readonly url: string }, signal: AbortSignal): Promise<void> {
  const { url, onFault } = flags
  const asked = onFault ? flags.faults : linkFaultsOf(flags.faults)
  const given = flags.key === undefined ? [] : [flags.key]
  const [key] = await readSecrets({ flags: given, file: undefined, variable: 'DOWNLINK_KEY' })
  const deal = dealBy(onFault ?? [])
  const verdict = await withAdminAccess(flags, async (api) => {
    const verified = await retried(() => verifiedBehind(api))
    const faults = plannedKinds(asked, verified)
    const sent = { verified, run: randomUUID() }
    await expectRemovable(api, sent)
    return thenRemoved(runShown(flags, { url, deal, api, signal, key, faults, ...sent }), () =>
      removeSessions(api, sent),
    )
  })
  if (!verdict.ok) throw unsound(verdict, `To deal the same faults again: --seed ${flags.seed}.`)
}

/** What it came to says more than that something of it stays, which is told beside it. */
async function thenRemoved(running: Promise<Verdict>, remove: () => Promise<void>): Promise<Verdict> {
  const [ended] = await Promise.allSettled([running])
  const [removed] = await Promise.allSettled([remove()])
  if (ended.status === 'rejected' || !ended.value.ok) {
    if (removed.status === 'rejected') printMessage(`What it sent is not removed: ${messageOf(removed.reason)}`)
  } else if (removed.status === 'rejected') throw removed.reason
  if (ended.status === 'rejected') throw ended.reason
  return ended.value
}

/** Nobody but its owner kills a collector, or fills its disk. */
function linkFaultsOf(faults: VerifyFlags['faults']): VerifyFlags['faults'] {
  if (faults === 'all') printMessage('Only links fail: --on-fault names a program that deals the other faults.')
  else if (faults !== 'none' && faults !== 'network') {
    throw wrongUsage(`Expected --on-fault, which deals --faults ${faults}`)
  }
  return faults === 'all' ? 'network' : faults
}

function plannedKinds(faults: VerifyFlags['faults'], verified: Verified): readonly FaultKind[] {
  const kinds = kindsOf[verified]
  if (faults === 'none') return []
  if (faults === 'all') return kinds
  if (!kinds.includes(faults)) throw wrongUsage(`Expected --faults of a ${verified}: ${kinds.join(', ')}`)
  return [faults]
}

const wrongUsage = (message: string): CliError => new CliError('bad_usage', message, 'See: downlink verify --help')

type Ends = Omit<VerificationOptions, 'seed' | 'sessions' | 'events' | 'rate' | 'onProgress'>

/** Shows how far it is, and prints what it came to. */
async function runShown({ json, seed, sessions, events, rate }: VerifyFlags, ends: Ends): Promise<Verdict> {
  const status = createStatusLine(process.stderr)
  const verdict = await runVerification({
    ...{ ...ends, seed, sessions, events, rate },
    onProgress(progress) {
      if (process.stderr.isTTY) status.show(progressText(progress, events))
    },
  }).finally(status.clear)
  if (json) printJson([verdict])
  else printLines([verdictText(verdict)])
  return verdict
}

const unsound = (verdict: Verdict, advice: string): CliError => new CliError('unsound', failureText(verdict), advice)

const barWidth = 20

/** `[#####---------------]  25 %  pushed 12,500  acked 11,950  faults 3`, with how much is stored once that is waited for. */
function progressText({ pushed, acked, faults, stored }: Progress, events: number): string {
  const share = pushed / events
  const bar = '#'.repeat(Math.floor(share * barWidth)).padEnd(barWidth, '-')
  const counts = { pushed, acked, faults, ...(stored !== undefined && { stored }) }
  const figures = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${figures.join('  ')}`
}
