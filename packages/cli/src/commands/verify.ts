/** Runs `downlink verify`: the conservation test against a collector, with a verdict for whoever wants to see it on his own machine. */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { Command, Option } from 'commander'
import { createApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import { wholeNumber } from '../flags.ts'
import { untilInterrupted } from '../interruption.ts'
import { printJson, printLines } from '../output.ts'
import { createStatusLine } from '../status-line.ts'
import { type FaultKind, faultKinds } from '../verify/fault-plan.ts'
import { startOwnCollector } from '../verify/own-collector.ts'
import type { Progress } from '../verify/play.ts'
import { runVerification, type VerificationOptions } from '../verify/run-verification.ts'
import { complaintOf, type Verdict, verdictText } from '../verify/verdict.ts'

interface VerifyFlags {
  readonly sessions: number
  readonly events: number
  readonly rate?: number
  readonly seed: number
  readonly faults: 'none' | 'all' | FaultKind
  readonly json?: true
}

const notes = `
Starts a collector on a fresh folder, plays sessions with the real client against it, and compares each row of its
database with what was pushed. It exits with 0 only if no event is missing, doubled, reordered, changed or invented, and
a fresh one still gets through.

Examples:
  downlink verify
  downlink verify --sessions 16 --events 1000000 --json`

export function verifyCommand(): Command {
  return new Command('verify')
    .description('prove that no event is lost, doubled or changed, whatever fails')
    .option('--sessions <number>', 'how many play at once', wholeNumber(1, 1000), 8)
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
    .option('--json', 'the verdict as one line of JSON')
    .addHelpText('after', notes)
    .action(verify)
}

async function verify(flags: VerifyFlags): Promise<void> {
  const signal = untilInterrupted()
  const collector = await startOwnCollector()
  let isKept = false
  try {
    const { url, deal } = collector
    const reader = createApiClient({ url, token: undefined, source: url })
    const verdict = await runShown(flags, { url, deal, reader, signal, key: undefined, run: randomUUID() })
    isKept = !verdict.ok
    if (isKept) throw unsound(verdict, `Its database and its log are kept in ${collector.folder}.`)
  } finally {
    await collector.end()
    if (!isKept) await collector.removeFolder()
  }
}

type Ends = Pick<VerificationOptions, 'url' | 'deal' | 'reader' | 'signal' | 'key' | 'run'>

/** Shows how far it is, and prints what it came to. */
async function runShown({ json, faults, ...counts }: VerifyFlags, ends: Ends): Promise<Verdict> {
  const status = createStatusLine(process.stderr)
  const verdict = await runVerification({
    ...{ ...ends, ...counts, rate: counts.rate, faults: kindsOf(faults) },
    onProgress(progress) {
      if (process.stderr.isTTY) status.show(progressText(progress, counts.events))
    },
  }).finally(status.clear)
  if (json) printJson([verdict])
  else printLines([verdictText(verdict)])
  return verdict
}

function kindsOf(faults: VerifyFlags['faults']): readonly FaultKind[] {
  if (faults === 'none') return []
  return faults === 'all' ? faultKinds : [faults]
}

const unsound = (verdict: Verdict, advice: string): CliError => new CliError('unsound', complaintOf(verdict), advice)

const barWidth = 20

/** `[#####---------------]  25 %  pushed 12,500  acked 11,950  faults 3` */
function progressText({ pushed, acked, faults }: Progress, events: number): string {
  const share = pushed / events
  const bar = '#'.repeat(Math.floor(share * barWidth)).padEnd(barWidth, '-')
  const figures = `pushed ${pushed.toLocaleString('en')}  acked ${acked.toLocaleString('en')}  faults ${faults}`
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${figures}`
}
