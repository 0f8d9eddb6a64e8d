/** Runs what brings a collector, and waits until an event has arrived there. */
import type { Environment } from './environment.ts'
import { CreateError } from './errors.ts'
import type { Plan } from './plan.ts'
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
  {
    start,
    collectorPage,
    invitation,
    whereToLook,
  }: Pick<Plan, 'start' | 'collectorPage' | 'invitation' | 'whereToLook'>,
): Promise<void> {
  const { print, interrupted } = environment
  const server = environment.run(start)
  interrupted.addEventListener('abort', () => server.kill(), { once: true })
  const ended = server.ended.then((code) => {
    if (interrupted.aborted) return undefined
    throw new CreateError('dev_server_failed', `${start.join(' ')} ended with ${code} before an event came`)
  })
  const page = await Promise.race([pageIn(server.output, collectorPage), ended])
  print(`\n${invitation}`)
  const event = page && (await Promise.race([arrivedAt(page, environment, whereToLook), ended]))
  if (!event) return
  print(`\nIt arrived: ${event.type} ${JSON.stringify(event.data)}`)
  print(`All of its session: ${page}#/sessions/${event.sessionId}`)
  print('It goes on until Ctrl-C.')
  ended.catch(() => {})
  await server.ended
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

/** One that was not there before. */
async function arrivedAt(page: string, environment: Environment, whereToLook: string): Promise<FirstEvent | undefined> {
  const { interrupted, wait, print } = environment
  const ask = (): Promise<(FirstEvent & { readonly id: string }) | undefined> =>
    environment.fetchText(`${page}api/events?limit=1`).then(
      (answer) => JSON.parse(answer).events[0],
      () => undefined,
    )
  const before = await ask()
  for (let looks = 1; !interrupted.aborted; looks++) {
    const newest = await ask()
    if (newest !== undefined && newest.id !== before?.id) return newest
    if (looks === looksBeforeAdvice) print(`\n${await whyNothingCame(page, environment, whereToLook)}`)
    await wait(askIntervalMs)
  }
  return undefined
}
