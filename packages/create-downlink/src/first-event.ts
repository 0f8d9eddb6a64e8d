/** Runs what brings a collector, and waits until an event has arrived there. */
import type { Environment } from './environment.ts'
import { CreateError } from './errors.ts'
import type { CollectorSource, Plan } from './plan.ts'
import { whyNothingCame } from './why-nothing-came.ts'

export interface FirstEvent {
  readonly type: string
  readonly data: unknown
  readonly sessionId: string
}

const askIntervalMs = 500

/** After so many looks without an event it says what to look at. */
const looksBeforeAdvice = 20_000 / askIntervalMs

/** @throws {CreateError} `dev_server_failed` */
export async function showFirstEvent(
  environment: Environment,
  { collector, invitation, whereToLook }: Pick<Plan, 'collector' | 'invitation' | 'whereToLook'>,
): Promise<void> {
  const { print } = environment
  const { page, failed, ended } = collectorOf(environment, collector)
  const address = await Promise.race([page, failed])
  print(`\n${invitation}`)
  const event = address && (await Promise.race([arrivedAt(address, environment, whereToLook), failed]))
  if (!event) return
  print(`\nIt arrived: ${event.type} ${JSON.stringify(event.data)}`)
  print(`All of its session: ${address}#/sessions/${event.sessionId}`)
  failed.catch(() => {})
  if (ended === undefined) return
  print('It goes on until Ctrl-C.')
  await ended
}

interface RunningCollector {
  /** The address of its page. */
  readonly page: Promise<string>
  /** Rejects where it ends before it is told to. */
  readonly failed: Promise<undefined>
  /** Undefined of one that others have started. */
  readonly ended: Promise<unknown> | undefined
}

function collectorOf({ run, interrupted }: Environment, source: CollectorSource): RunningCollector {
  if (source.kind === 'running') {
    const failed = new Promise<undefined>((resolve) => {
      interrupted.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    return { page: Promise.resolve(source.page), failed, ended: undefined }
  }
  const server = run(source.command)
  interrupted.addEventListener('abort', () => server.kill(), { once: true })
  const failed = server.ended.then((code) => {
    if (interrupted.aborted) return undefined
    throw new CreateError('dev_server_failed', `${source.command.join(' ')} ended with ${code} before an event came`)
  })
  return { page: pageIn(server.output, source.page), failed, ended: server.ended }
}

async function pageIn(output: AsyncIterable<string>, address: RegExp): Promise<string> {
  let text = ''
  for await (const part of output) {
    text += part
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what colours are made of
    const found = address.exec(text.replaceAll(/\u001b\[\d+m/g, ''))
    if (found?.[1] !== undefined) return found[1].replace(/\/?$/, '/')
  }
  return new Promise(() => {})
}

/** One that was not there before: the folder may have some of earlier days, and its database takes a while to answer. */
async function arrivedAt(page: string, environment: Environment, whereToLook: string): Promise<FirstEvent | undefined> {
  const { interrupted, wait, print } = environment
  let before: Newest | undefined
  for (let looks = 1; !interrupted.aborted; looks++) {
    const newest = await newestAt(page, environment)
    if (before && newest?.event && newest.event.id !== before.event?.id) return newest.event
    before ??= newest
    if (looks === looksBeforeAdvice) print(`\n${await whyNothingCame(page, environment, whereToLook)}`)
    await wait(askIntervalMs)
  }
  return undefined
}

interface Newest {
  /** Undefined where there is none yet. */
  readonly event: (FirstEvent & { readonly id: string }) | undefined
}

/** @returns nothing where the collector can't tell */
const newestAt = (page: string, { fetchText }: Environment): Promise<Newest | undefined> =>
  fetchText(`${page}api/events?limit=1`).then(
    (answer) => ({ event: JSON.parse(answer).events[0] }),
    () => undefined,
  )
