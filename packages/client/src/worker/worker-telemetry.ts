/**
 * Records in a worker, through the telemetry of its page: the page has the link, the buffer, the spool and the exit flush,
 * none of which a worker can have, for it ends with its page and hears nothing of that.
 */
import { type EventMap, encodeJson } from '@downlink/protocol'
import { createClock } from '../clock.ts'
import type { ContextChanges, LabelChanges } from '../context.ts'
import type { Telemetry } from '../create-telemetry.ts'
import { realWorkerEnvironment, type WorkerEnvironment } from './environment.ts'

/** What a worker may do with the telemetry of its page. */
export type WorkerTelemetry<Events extends object = EventMap> = Pick<
  Telemetry<Events>,
  'push' | 'setContext' | 'setLabels' | 'identify' | '~events'
>

/** A call, as it travels. The payload of a push is JSON: null where it can't be encoded. */
type Message =
  | readonly ['push', type: string, json: string | null | undefined, timestampMs: number]
  | readonly ['setContext', values: ContextChanges]
  | readonly ['setLabels', labels: LabelChanges]

/** The part of a worker, or of the port of a shared one, that a page listens to. */
export type WorkerSource = Pick<Worker, 'addEventListener' | 'removeEventListener'>

/** A payload that can't be encoded, so that the page's telemetry counts it as that. */
const unencodable = {
  toJSON() {
    throw new Error('It could not be encoded in its worker')
  },
}

/**
 * Made in the worker. A payload is encoded at once, so that it may be changed after, and the event is stamped here; all else,
 * such as whether telemetry is on at all, is the page's.
 *
 * @param environment ports to replace: `postMessage` by that of the port to its page, in a shared worker
 * @example
 * const telemetry = createWorkerTelemetry<EventsOf<typeof gameEvents>>()
 * telemetry.push('enemy_spawned', { kind: 'bat' })
 */
export function createWorkerTelemetry<Events extends object = EventMap>(
  environment?: Partial<WorkerEnvironment>,
): WorkerTelemetry<Events> {
  const world = { ...realWorkerEnvironment(), ...environment }
  const clock = createClock(world)
  // A channel of its own, so that the game's messages are its own, too. Until the page listens, the port keeps what is sent.
  const { port1, port2 } = new MessageChannel()
  world.postMessage({ downlink: port2 }, [port2])
  const send = (message: Message): void => {
    try {
      port1.postMessage(message)
    } catch {
      // What can't be cloned is no name, no text and no number: nothing to record.
    }
  }
  return {
    push(type, data?: unknown, timestamp?: number) {
      let json: string | null | undefined
      try {
        json = encodeJson(data)
      } catch {
        json = null
      }
      send(['push', type, json, timestamp ?? clock()])
    },
    setContext: (values) => send(['setContext', values]),
    setLabels: (labels) => send(['setLabels', labels]),
    identify: (player) => send(['setLabels', { player }]),
  }
}

/**
 * Called in the page, right after the worker is made: what it pushes from then on is pushed here, in its order.
 *
 * @returns how to detach; what the worker pushes after that is nobody's
 * @example const detach = attachWorker(new Worker(new URL('./simulation.ts', import.meta.url)), telemetry)
 */
export function attachWorker(
  worker: WorkerSource,
  telemetry: Pick<Telemetry, 'setContext' | 'setLabels'> & { push(type: never, ...data: never): void },
): () => void {
  const push = telemetry.push as (type: string, data: unknown, timestamp: number) => void
  const receive = ({ data: message }: MessageEvent<Message>): void => {
    if (message[0] === 'setContext') telemetry.setContext(message[1])
    else if (message[0] === 'setLabels') telemetry.setLabels(message[1])
    else {
      const [, type, json, timestampMs] = message
      push(type, json === null ? unencodable : json && JSON.parse(json), timestampMs)
    }
  }
  let port: MessagePort | undefined
  const greet = (event: MessageEvent): void => {
    const { downlink } = Object(event.data)
    if (!(downlink instanceof MessagePort)) return
    // It is no message of the game.
    event.stopImmediatePropagation()
    port = downlink
    port.onmessage = receive
  }
  worker.addEventListener('message', greet as EventListener)
  return () => {
    worker.removeEventListener('message', greet as EventListener)
    port?.close()
  }
}
