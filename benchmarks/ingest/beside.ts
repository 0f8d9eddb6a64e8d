/** Measures acks beside what the collector of `../ingest.ts` does with what is stored, in turns with nothing beside them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ack } from './load-session.ts'
import { ackTimes, measureBeside, type Order, quantileOf } from './measure.ts'
import type { ServerProcess } from './server-process.ts'

/** An operation, by the request that asks for it in a round. */
export type Operations = Readonly<
  Record<string, (round: number) => { readonly method?: string; readonly path: string }>
>

interface Turn {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Each operation once a round, and a pause before it: what else the machine does meanwhile is the same for all.
 *
 * @param order `seconds` of each pause
 */
export async function measureOperations(
  server: ServerProcess,
  { seconds, ...order }: Order,
  operations: Operations,
  rounds: number,
): Promise<void> {
  const api = server.url.replace(/^ws(.*)\/telemetry$/, 'http$1/api')
  const turns: Turn[] = []
  const take = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const fromMs = Date.now()
    await work()
    turns.push({ name, fromMs, toMs: Date.now() })
  }
  const { acks, refusedEvents } = await measureBeside(server, order, async () => {
    for (let round = 0; round < rounds; round++) {
      for (const [name, requestOf] of Object.entries(operations)) {
        await take(alone, () => sleep(seconds * 1000))
        const { method = 'POST', path } = requestOf(round)
        await take(name, () => ask(`${api}/${path}`, method))
      }
    }
  })
  const within = (name: string) => {
    const own = turns.filter((turn) => turn.name === name)
    return {
      acks: acks.filter(({ sentAtMs }) => own.some(({ fromMs, toMs }) => sentAtMs >= fromMs && sentAtMs < toMs)),
      seconds: own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000,
    }
  }
  const before = within(alone)
  for (const name of [alone, ...Object.keys(operations)]) {
    const own = within(name)
    const ratio = (quantileOf(own.acks, 0.99) / quantileOf(before.acks, 0.99)).toFixed(2)
    const time = `${own.seconds.toFixed(1)} s`.padStart(7)
    console.log(`${name.padEnd(12)} ${time}, ${count(own.acks)} batches   ack ${ackTimes(own.acks)}   ${ratio} × p99`)
  }
  console.log(`${refusedEvents} refused`)
}

const alone = 'alone'

const count = ({ length }: readonly Ack[]): string => length.toLocaleString('en').padStart(6)

async function ask(url: string, method: string): Promise<void> {
  const answer = (await (await fetch(url, { method })).text()).trim().split('\n').at(-1) ?? ''
  if (!('result' in JSON.parse(answer))) throw new Error(`Expected a result of ${url}, got ${answer}`)
}
