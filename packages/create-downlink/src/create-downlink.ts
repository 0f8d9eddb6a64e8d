/** Runs `npm create downlink`: looks what game it is, says what it needs, does it, and shows the first event. */
import { parseArgs } from 'node:util'
import { applyChange, describeChange } from './change.ts'
import { detectGame } from './detect-game.ts'
import type { Environment } from './environment.ts'
import { CreateError } from './errors.ts'
import { showFirstEvent } from './first-event.ts'
import type { Plan } from './plan.ts'
import { planPlainGame } from './plan-plain.ts'
import { planViteGame } from './plan-vite.ts'

const help = `Adds Downlink to the web game in this folder, and shows its first event.

  npm create downlink [-- options]

  --dry-run        say what would be done, and do nothing
  --yes            do not ask before it is done
  --no-install     install nothing
  --no-start       do not start the dev server, or the collector
  --port <number>  of the collector of a game without a bundler; 0 takes the next free one (default: that of
                   the page, else 4180)
  --from <folder>  take the packages from a folder of tarballs, as npm pack makes them
  --help           this text

Nothing is overwritten, and a second run has nothing to do. Exit codes: 0 done, 1 it failed, 2 wrong usage.
`

interface Flags {
  readonly 'dry-run'?: boolean
  readonly yes?: boolean
  readonly 'no-install'?: boolean
  readonly 'no-start'?: boolean
  readonly from?: string
  readonly port?: string
  readonly help?: boolean
}

/** @returns the exit code */
export async function createDownlink(args: readonly string[], environment: Environment): Promise<number> {
  try {
    const flags = readFlags(args)
    if (flags.help) environment.print(help)
    else await addTo(environment, flags)
    return 0
  } catch (error) {
    if (!(error instanceof CreateError)) throw error
    environment.warn(`${error.message} (${error.code})`)
    return error.code === 'bad_usage' ? 2 : 1
  }
}

function readFlags(args: readonly string[]): Flags {
  const on = { type: 'boolean' } as const
  const options = {
    'dry-run': on,
    yes: on,
    'no-install': on,
    'no-start': on,
    help: on,
    from: { type: 'string' },
    port: { type: 'string' },
  } as const
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw new CreateError('bad_usage', `${(error as Error).message}. --help says what there is.`)
  }
}

async function addTo(environment: Environment, flags: Flags): Promise<void> {
  const { folder, print } = environment
  const plan = await planFor(environment, flags)
  const commands = flags['no-install'] ? [] : plan.install
  print(`This is ${plan.game}.\n`)
  for (const change of plan.changes) print(describeChange(change))
  for (const command of commands) print(`run     ${command.join(' ')}`)
  for (const note of plan.notes) print(note)
  const isDone = plan.changes.length === 0 && commands.length === 0
  if (isDone) print('There is nothing to do: it has Downlink.')
  if (flags['dry-run']) return

  if (!isDone && !flags.yes) {
    const isWanted = await environment.confirm('\nShall it be so?')
    if (isWanted === undefined)
      throw new CreateError('bad_usage', 'Expected --yes or --dry-run, for nobody is here to ask')
    if (!isWanted) return
  }
  for (const change of plan.changes) await applyChange(folder, change)
  for (const command of commands) await install(environment, command)
  if (!flags['no-start']) await showFirstEvent(environment, plan)
}

async function planFor(environment: Environment, { from, port, 'no-start': isLeft }: Flags): Promise<Plan> {
  const { folder, userAgent } = environment
  const game = await detectGame(folder, userAgent)
  switch (game?.kind) {
    case 'vite':
      return planViteGame(folder, game, from)
    case 'plain':
      return planPlainGame(environment, game, { wantedPort: portOf(port), isStarted: !isLeft, from })
    default:
      throw new CreateError('no_game', `Expected a game with Vite, or an index.html without a bundler, in ${folder}`)
  }
}

function portOf(port: string | undefined): number | undefined {
  if (port === undefined) return undefined
  if (/^\d{1,5}$/.test(port) && Number(port) < 65_536) return Number(port)
  throw new CreateError('bad_usage', `Expected --port to be 0 to 65535, got ${port}`)
}

async function install({ run }: Environment, command: readonly string[]): Promise<void> {
  const { ended } = run(command)
  const code = await ended
  if (code !== 0) throw new CreateError('install_failed', `${command.join(' ')} ended with ${code}`)
}
