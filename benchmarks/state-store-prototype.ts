/**
 * Measures what one dispatch costs, in microseconds, against the budget of 0.25 ms at p99: a change of one faction's standing
 * among 10, 1,000 and 10,000, without listeners and with ten, beside two stores doing the same with immer.
 */

import { WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, type FactionEvents } from '@downlink/world-state/slices'
import { configureStore, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { produce } from 'immer'
import { createStore } from 'zustand/vanilla'

const budgetUs = 250
const targetUs = 20
const sizes = [10, 1000, 10_000]
const listenerCount = 10

type Payload = FactionEvents['faction:reputation_changed']
type Change = { [Field in keyof Payload]-?: NonNullable<Payload[Field]> }

interface Faction {
  fame: number
  infamy: number
  lastChange: { deltaFame: number; deltaInfamy: number; reason: string; timestamp: number } | null
}

interface Contestant {
  readonly name: string
  readonly dispatch: (change: Change) => void
  readonly subscribe: (listener: () => void) => void
  /** Proof that the work is done. */
  readonly fameOf: (factionId: string) => number | undefined
}

const idOf = (index: number): string => `faction-${index}`

const changeOf = (index: number, step: number): Change => ({
  factionId: idOf(index),
  factionName: `Faction ${index}`,
  deltaFame: 1,
  deltaInfamy: 0,
  newFame: step,
  newInfamy: 0,
  reason: 'benchmark',
  timestamp: step,
})

/** The same record for the peers, changed by the same few lines. */
const freshFactions = (size: number): Record<string, Faction> =>
  Object.fromEntries(Array.from({ length: size }, (_, at) => [idOf(at), { fame: 0, infamy: 0, lastChange: null }]))

function apply(factions: Record<string, Faction>, change: Change): void {
  const faction = factions[change.factionId]
  if (!faction) return
  const { deltaFame, deltaInfamy, reason, timestamp } = change
  faction.fame = change.newFame
  faction.infamy = change.newInfamy
  faction.lastChange = { deltaFame, deltaInfamy, reason, timestamp }
}

function downlink(size: number): Contestant {
  const store = new WorldStateStore({ slices: [createFactionSlice()] })
  for (let at = 0; at < size; at++) store.dispatch('faction:reputation_changed', changeOf(at, 0))
  return {
    name: 'downlink',
    dispatch: (change) => store.dispatch('faction:reputation_changed', change),
    subscribe: (listener) => store.subscribe(listener),
    fameOf: (id) => store.select('faction', 'faction', id)?.fame,
  }
}

/** Its development checks are left out: they walk the whole state at each dispatch. */
function reduxToolkit(size: number): Contestant {
  const slice = createSlice({
    name: 'factions',
    initialState: freshFactions(size),
    reducers: { changed: (state, { payload }: PayloadAction<Change>) => apply(state, payload) },
  })
  const store = configureStore({
    reducer: slice.reducer,
    devTools: false,
    middleware: (defaults) => defaults({ immutableCheck: false, serializableCheck: false, actionCreatorCheck: false }),
  })
  return {
    name: 'Redux Toolkit',
    dispatch: (change) => void store.dispatch(slice.actions.changed(change)),
    subscribe: (listener) => void store.subscribe(listener),
    fameOf: (id) => store.getState()[id]?.fame,
  }
}

function zustandWithImmer(size: number): Contestant {
  const store = createStore<Record<string, Faction>>(() => freshFactions(size))
  return {
    name: 'zustand + immer',
    dispatch: (change) => store.setState((state) => produce(state, (draft) => apply(draft, change)), true),
    subscribe: (listener) => void store.subscribe(listener),
    fameOf: (id) => store.getState()[id]?.fame,
  }
}

interface Measured {
  readonly meanUs: number
  readonly p99Us: number
}

/** Enough for a p99; fewer where one takes long, so that the whole is over in a minute. */
const maxDispatches = 20_000
const maxMs = 1500

function measure({ dispatch, fameOf }: Contestant, size: number): Measured {
  const run = (limitMs: number): number[] => {
    const times: number[] = []
    const endMs = performance.now() + limitMs
    for (let step = 1; step <= maxDispatches && performance.now() < endMs; step++) {
      const index = (step * 7919) % size
      const change = changeOf(index, step)
      const startedMs = performance.now()
      dispatch(change)
      times.push((performance.now() - startedMs) * 1000)
      if (fameOf(idOf(index)) !== step) throw new Error('a dispatch was not carried out')
    }
    return times
  }
  // The first run is the compiler's.
  run(maxMs / 2)
  const times = run(maxMs).sort((a, b) => a - b)
  const meanUs = times.reduce((sum, time) => sum + time, 0) / times.length
  return { meanUs, p99Us: times[Math.floor(times.length * 0.99)] ?? Number.NaN }
}

const makers = [downlink, reduxToolkit, zustandWithImmer]
let broken = false

console.log('records   listeners  store                mean µs    p99 µs   mean, × downlink')
for (const size of sizes) {
  for (const listeners of [0, listenerCount]) {
    let own: Measured | undefined
    for (const make of makers) {
      const contestant = make(size)
      let heard = 0
      for (let at = 0; at < listeners; at++) contestant.subscribe(() => heard++)
      const measured = measure(contestant, size)
      if (listeners > 0 && heard === 0) throw new Error(`no listener of ${contestant.name} was called`)
      own ??= measured
      const cells = [measured.meanUs, measured.p99Us].map((us) => us.toFixed(1).padStart(9)).join(' ')
      const ratio = (measured.meanUs / own.meanUs).toFixed(1).padStart(8)
      console.log(
        `${`${size}`.padStart(7)} ${`${listeners}`.padStart(11)}  ${contestant.name.padEnd(17)} ${cells} ${ratio}`,
      )
    }
    if (own && own.p99Us > budgetUs) broken = true
    if (own) console.log(resultText(own))
  }
}

function resultText({ p99Us }: Measured): string {
  const budget = p99Us <= budgetUs ? 'within' : 'OVER'
  const target = p99Us <= targetUs ? 'within' : 'over'
  return `${' '.repeat(21)}p99 ${budget} the budget of ${budgetUs} µs, ${target} the target of ${targetUs} µs`
}

if (broken) process.exitCode = 1
