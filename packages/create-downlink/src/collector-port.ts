/** Chooses the port of a plain game's collector before anything is written: the page names it. */
import type { Environment } from './environment.ts'
import { CreateError } from './errors.ts'

export const defaultPort = 4180

/** After so many ports that are taken it gives up. */
const maxAttempts = 100

export interface ChosenPort {
  readonly port: number
  /** A collector is there already. */
  readonly isRunning: boolean
  /** What the user does not expect of it, a sentence each. */
  readonly notes: readonly string[]
}

/**
 * The wanted one, else the one of the page, else 4180; where that is taken, and was not asked for, the next that is free.
 *
 * @param wanted by the user; 0 takes any that is free, where the page's collector does not run
 * @param written in the page
 * @throws {CreateError} `port_taken` where the wanted one is
 */
export async function choosePort(
  environment: Environment,
  wanted: number | undefined,
  written: number | undefined,
): Promise<ChosenPort> {
  const first = wanted || (written ?? defaultPort)
  if (await environment.isPortFree(first)) return { port: first, isRunning: false, notes: [] }
  if (first === written && (await isCollector(environment, first))) {
    const isAsked = wanted === 0 ? ', and --port 0 has nothing to choose' : ''
    const advice = `Where it is another game's, give --port ${await nextFree(environment, first)}`
    return {
      port: first,
      isRunning: true,
      notes: [`note    a collector runs at port ${first}, which the page names: that one is used${isAsked}. ${advice}`],
    }
  }
  const next = await nextFree(environment, first)
  if (wanted)
    throw new CreateError('port_taken', `Port ${first} can't be had: give --port ${next}, or 0 for any that is free`)
  return { port: next, isRunning: false, notes: [`note    port ${first} is taken: the collector gets ${next}`] }
}

async function nextFree(environment: Environment, after: number): Promise<number> {
  const last = Math.min(after + maxAttempts, 65_535)
  for (let port = after + 1; port <= last; port++) if (await environment.isPortFree(port)) return port
  throw new CreateError('port_taken', `No port from ${after} to ${last} is free: give another with --port`)
}

/** What else may answer there has no such report. */
const isCollector = ({ fetchText }: Environment, port: number): Promise<boolean> =>
  fetchText(`http://127.0.0.1:${port}/api/health`).then(
    (answer) => answer.includes('"refusals":'),
    () => false,
  )
