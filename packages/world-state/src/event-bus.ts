/** Hands events to listeners. One that throws or rejects is reported, and stops neither the others nor the game. */

import { callGuarded, isThenable } from '@downlink/artifacts'
import { reportFault } from './environment.ts'
import { optionsIn } from './errors.ts'

/** All of one kind (`telemetry:*`), or all there are (`*`). */
export type EventPattern = `${string}:*` | '*'

export interface EventBusOptions {
  /** Hears of what a listener throws, or rejects with. @default writes it to the console */
  readonly onError?: (error: unknown, event: string) => void
}

type Listener = (payload: never, name: string) => unknown

interface Subscription {
  readonly pattern: string
  readonly listener: Listener
  active: boolean
}

/** Names whose listeners are remembered; more than a game has, and a bound for one that makes names up. */
const maxRemembered = 1000

const nobody: readonly Subscription[] = []

/**
 * @example
 * const bus = new EventBus<{ 'ship:lost': { shipId: string } }>()
 * const off = bus.on('ship:lost', ({ shipId }) => console.log(shipId))
 * bus.emit('ship:lost', { shipId: 'red-1' })
 */
export class EventBus<Events extends object = Record<string, unknown>> {
  readonly #onError: (error: unknown, event: string) => void
  #subscriptions: readonly Subscription[] = nobody
  /** By name, so that an emit looks nothing up twice and allocates nothing. */
  readonly #listening = new Map<string, readonly Subscription[]>()

  /** @throws {WorldStateError} `bad_option` */
  constructor(options: EventBusOptions = {}) {
    this.#onError = optionsIn(options).onError ?? reportFault
  }

  /**
   * Listens to an event, to a kind of events or to all of them. Listeners are called in the order in which they came.
   * One that comes during an emit first hears the next event; one that goes hears nothing more.
   *
   * @returns how to stop listening
   */
  on<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name], name: Name) => void): () => void
  on(pattern: EventPattern, listener: (payload: Events[keyof Events], name: string) => void): () => void
  on(pattern: string, listener: Listener): () => void {
    const subscription: Subscription = { pattern, listener, active: true }
    this.#change([...this.#subscriptions, subscription])
    return () => {
      if (!subscription.active) return
      subscription.active = false
      this.#change(this.#subscriptions.filter((each) => each !== subscription))
    }
  }

  /** Calls those who listen, now. Never throws. */
  emit<Name extends keyof Events & string>(name: Name, payload: Events[Name]): void {
    if (this.#subscriptions.length === 0) return
    for (const subscription of this.#listenersOf(name)) {
      if (!subscription.active) continue
      try {
        const result = subscription.listener(payload as never, name)
        if (isThenable(result)) result.then(undefined, (error: unknown) => this.#report(error, name))
      } catch (error) {
        this.#report(error, name)
      }
    }
  }

  /** Whether anybody would hear an event: what nobody hears need not be made. */
  hasListeners(name: string): boolean {
    return this.#subscriptions.length > 0 && this.#listenersOf(name).length > 0
  }

  #change(subscriptions: readonly Subscription[]): void {
    this.#subscriptions = subscriptions
    this.#listening.clear()
  }

  #listenersOf(name: string): readonly Subscription[] {
    const known = this.#listening.get(name)
    if (known) return known
    const found = this.#subscriptions.filter(({ pattern }) => hears(pattern, name))
    if (this.#listening.size >= maxRemembered) this.#listening.clear()
    this.#listening.set(name, found)
    return found
  }

  #report(error: unknown, event: string): void {
    callGuarded(
      () => this.#onError(error, event),
      // Nobody is left to tell.
      () => {},
    )
  }
}

const hears = (pattern: string, name: string): boolean =>
  pattern === name || pattern === '*' || (pattern.endsWith(':*') && name.startsWith(pattern.slice(0, -1)))
