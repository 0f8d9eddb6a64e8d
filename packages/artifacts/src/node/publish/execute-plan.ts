/** Executes a plan step by step, or only says what it would do. Never rejects. */

import { stripVTControlCharacters } from 'node:util'
import { messageOf } from '@downlink/protocol'
import { printable } from '../../printable.ts'
import type { CommandReport, PublishFailure, PublishStatus } from '../../publish-result.ts'
import type { CommandOutcome } from './command-runner.ts'
import type { PublishEnvironment } from './environment.ts'
import type { Plan, Step } from './provider.ts'
import { type Redact, redactArgv } from './redact.ts'

export interface PlanContext {
  readonly environment: PublishEnvironment
  readonly redact: Redact
  readonly timeoutMs: number
  readonly isDryRun: boolean
  readonly signal: AbortSignal | undefined
}

export interface PlanResult {
  readonly status: PublishStatus
  readonly commands: readonly CommandReport[]
  readonly notes: readonly string[]
  readonly failures: readonly PublishFailure[]
}

type RunStep = Extract<Step, { kind: 'run' }>

/** How much of what a command printed goes into its report and its message. */
const reportedChars = 2000
const quotedChars = 300

export async function executePlan(plan: Plan, context: PlanContext): Promise<PlanResult> {
  const commands: CommandReport[] = []
  const notes = [...plan.notes]
  const failures = [...(plan.failures ?? [])]
  const unusable = new Set<string>()
  let status: PublishStatus = context.isDryRun ? 'dry-run' : plan.status
  for (const step of plan.steps) {
    if (context.isDryRun) {
      if (step.kind === 'run') commands.push(notRun(step, context.redact))
      notes.push(wouldDo(step, context.redact))
    } else if (context.signal?.aborted) {
      failures.push({ code: 'aborted', message: 'The export was ended before everything was published' })
      break
    } else if (step.kind !== 'run') {
      const failure = await writeForProvider(step, context.environment)
      if (failure !== undefined) failures.push(failure)
    } else if (unusable.has(step.argv[0])) {
      commands.push(notRun(step, context.redact))
    } else {
      const { report, outcome } = await run(step, context)
      const interpretation = step.interpret?.(outcome)
      commands.push(report)
      // Once for every file, it would fail the same way, and take as long.
      if (!['succeeded', 'failed', 'killed'].includes(outcome.status)) unusable.add(step.argv[0])
      if (interpretation?.note !== undefined) notes.push(context.redact(interpretation.note))
      if (interpretation?.status !== undefined) status = interpretation.status
      const failure =
        interpretation === undefined ? commandFailure(step, report, outcome, context) : interpretation.failure
      if (failure !== undefined) failures.push({ ...failure, message: context.redact(failure.message) })
    }
  }
  const left = commands.filter((report) => report.status === 'not-run').length
  if (left > 0 && !context.isDryRun)
    notes.push(`${left} further commands were not run, since their program is unusable`)
  return { status: failures.length > 0 ? 'failed' : status, commands, notes, failures }
}

async function writeForProvider(
  step: Exclude<Step, RunStep>,
  { output, fileSystem }: PublishEnvironment,
): Promise<PublishFailure | undefined> {
  try {
    if (step.kind === 'print') await output(step.line)
    else await fileSystem.append(step.path, step.text)
    return undefined
  } catch (error) {
    const where = step.kind === 'print' ? 'stdout' : step.what
    return { code: 'provider_not_told', message: `${where} can't be written: ${messageOf(error)}` }
  }
}

async function run(step: RunStep, context: PlanContext): Promise<{ report: CommandReport; outcome: CommandOutcome }> {
  const { environment, redact, timeoutMs, signal } = context
  const { argv, directory } = step
  const startedMs = environment.clock()
  let outcome: CommandOutcome
  try {
    const { variables } = environment
    outcome = await environment.commandRunner({ argv, directory, variables, timeoutMs, ...(signal && { signal }) })
  } catch (error) {
    // A runner should not; one that was injected may.
    outcome = { status: 'not-started', reason: messageOf(error), stdout: '', stderr: '' }
  }
  const said = [outcome.stdout, outcome.stderr].filter(Boolean).join('\n')
  const output = printable(redact(stripVTControlCharacters(said)))
  const report: CommandReport = {
    argv: redactArgv(argv, redact).map(printable),
    status: outcome.status,
    ...(outcome.status === 'failed' && { exitCode: outcome.exitCode }),
    ...(outcome.status === 'killed' && { signal: outcome.signal }),
    durationMs: environment.clock() - startedMs,
    output: output.slice(-reportedChars),
  }
  return { report, outcome }
}

/** Each way of ending has a code and a sentence of its own. */
function commandFailure(
  { directory }: RunStep,
  { argv, output }: CommandReport,
  outcome: CommandOutcome,
  { timeoutMs }: PlanContext,
): PublishFailure | undefined {
  const said = output === '' ? '' : `: ${output.slice(-quotedChars)}`
  const name = argv.join(' ')
  switch (outcome.status) {
    case 'succeeded':
      return undefined
    case 'failed':
      return { code: 'command_failed', message: `${name} ended with code ${outcome.exitCode}${said}` }
    case 'timeout':
      return { code: 'command_timeout', message: `${name} took over ${timeoutMs} ms and was ended${said}` }
    case 'killed':
      return { code: 'command_killed', message: `${name} was ended by ${outcome.signal}${said}` }
    case 'not-found':
      return { code: 'command_not_found', message: `There is no program ${argv[0]}, or what its first line names` }
    case 'bad-directory':
      return { code: 'command_bad_directory', message: `${name} can't run in ${directory}: there is no such folder` }
    case 'not-started':
      return { code: 'command_not_started', message: `${name} can't be started: ${outcome.reason}` }
    case 'aborted':
      return { code: 'aborted', message: `${name} was ended with the export` }
  }
}

const notRun = ({ argv }: RunStep, redact: Redact): CommandReport => ({
  argv: redactArgv(argv, redact).map(printable),
  status: 'not-run',
  durationMs: 0,
  output: '',
})

function wouldDo(step: Step, redact: Redact): string {
  if (step.kind === 'run') return `Would run ${redactArgv(step.argv, redact).join(' ')}`
  return step.kind === 'print' ? `Would print ${redact(step.line)}` : `Would write ${step.what}`
}
