/** Lets some clients that are models send the events of a run. */
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { createModelClient, eventType, type ModelClientOptions } from './model-client.ts'
import type { Senders } from './senders.ts'
import { expectThat } from './violation.ts'

export function createModelClients(chance: Chance, options: Omit<ModelClientOptions, 'id' | 'chance'>): Senders {
  const clients = Array.from({ length: 1 + chance(3) }, (_, at) =>
    createModelClient({ id: `s${at}`, chance, ...options }),
  )
  let isCalm = false
  /** One of them; all of them, where nothing is left to chance. */
  const some = (): typeof clients => (isCalm ? clients : clients.slice(chance(clients.length)).slice(0, 1))

  return {
    play() {
      for (const { play } of some()) play()
    },
    communicate() {
      for (const { communicate } of some()) communicate()
    },
    impersonate() {
      for (const { impersonate } of some()) impersonate()
    },
    hangUp() {
      for (const { hangUp } of clients) hangUp()
    },
    loseLinks() {
      for (const { loseLink } of clients) loseLink()
    },
    endanger() {
      for (const { endanger } of clients) endanger()
    },
    calm() {
      isCalm = true
    },
    get isDone() {
      return clients.every(({ isDone }) => isDone)
    },
    acked: () => new Map(clients.map(({ id, acked }) => [id, acked])),
    check({ rows, stored, labels }) {
      for (const { id, check } of clients) {
        const events = stored.get(id) ?? []
        const isOwn = events.every(({ event }) => event.type === eventType)
        expectThat(isOwn, () => 'an event is stored that came with another proof')
        check(rows.get(id), events, labels.get(id))
      }
    },
  }
}
