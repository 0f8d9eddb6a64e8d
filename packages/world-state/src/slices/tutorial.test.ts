import { describe, expect, it } from 'vitest'
import { WorldStateStore } from '../store/world-state-store.ts'
import type { TutorialLimits } from './limits.ts'
import { createTutorialSlice } from './tutorial.ts'

const aStore = (limits?: TutorialLimits) =>
  new WorldStateStore({ slices: [createTutorialSlice(limits)], clock: () => 0 })

type Store = ReturnType<typeof aStore>

const startStep = (store: Store, stepIndex: number, timestamp = stepIndex * 1000) =>
  store.dispatch('tutorial:step_started', {
    stepId: `step-${stepIndex}`,
    stepIndex,
    totalSteps: 3,
    title: `Step ${stepIndex}`,
    description: 'Do it',
    canSkip: true,
    controlHint: 'W',
    timestamp,
  })

function play(store: Store): Store {
  store.dispatch('tutorial:started', { totalSteps: 3, timestamp: 0 })
  startStep(store, 0, 100)
  store.dispatch('tutorial:control_hint_updated', { controlHint: 'Arrow up', timestamp: 200 })
  store.dispatch('tutorial:step_completed', {
    stepId: 'step-0',
    action: 'flew',
    followUpNarrative: 'Well flown.',
    metadata: { ticks: 9 },
    timestamp: 600,
  })
  store.dispatch('tutorial:completed', { timestamp: 700 })
  return store
}

describe('the tutorial', () => {
  it('keeps progress, prompt and durations', () => {
    const store = aStore()
    expect(store.select('tutorial', 'progress')).toEqual({ status: 'idle', completedSteps: 0, totalSteps: 0 })
    store.dispatch('tutorial:started', { totalSteps: 3 })
    startStep(store, 0, 100)
    expect(store.select('tutorial', 'prompt')).toMatchObject({ stepId: 'step-0', controlHint: 'W', startedAt: 100 })
    store.dispatch('tutorial:control_hint_updated', { controlHint: 'Arrow up', timestamp: 150 })
    expect(store.select('tutorial', 'prompt')?.controlHint).toBe('Arrow up')
    expect(store.getState().tutorial.promptHistory).toEqual([store.select('tutorial', 'prompt')])
    store.dispatch('tutorial:step_completed', { stepId: 'step-0', timestamp: 600 })
    store.dispatch('tutorial:step_completed', { stepId: 'step-0', timestamp: 700 })
    expect(store.select('tutorial', 'prompt')).toBe(null)
    expect(store.select('tutorial', 'progress')).toEqual({ status: 'running', completedSteps: 1, totalSteps: 3 })
    expect([...store.getState().tutorial.stepDurationsMs]).toEqual([['step-0', 600]])
  })

  it('shows every event in the documented columns, none of them empty throughout', () => {
    const [snapshots, transcript] = play(aStore()).tables()
    expect(snapshots?.columns.join()).toBe(
      'event,timestamp,timestamp_iso,step_index,total_steps,step_id,step_title,completed_steps,metadata',
    )
    expect(transcript).toMatchObject({ section: 'tutorial-transcript', kind: 'transcript' })
    expect(transcript?.columns.join()).toBe(
      'sequence,event,prompt_id,title,action,timestamp,timestamp_iso,follow_up_narrative,metadata',
    )
    expect(transcript?.rows[3]).toEqual([
      4,
      'tutorial:step_completed',
      'step-0',
      'Step 0',
      'flew',
      600,
      '1970-01-01T00:00:00.600Z',
      'Well flown.',
      { durationMs: 500, ticks: 9 },
    ])
    for (const table of [snapshots, transcript]) {
      expect(table?.rows).toHaveLength(5)
      for (const [at, column] of table?.columns.entries() ?? []) {
        expect([column, table?.rows.some((row) => row[at] !== null && row[at] !== '')]).toEqual([column, true])
      }
    }
  })

  it('sums itself up', () => {
    expect(play(aStore()).inspect().tutorial).toMatchObject({
      latestSnapshot: { event: 'tutorial:completed', completedSteps: 1, currentPrompt: null },
      metrics: {
        status: 'completed',
        totalSteps: 3,
        completedSteps: 1,
        durationMs: 700,
        stepDurations: [{ stepId: 'step-0', durationMs: 500 }],
        events: 5,
      },
    })
    expect(aStore().inspect().tutorial).toMatchObject({ latestSnapshot: null, metrics: { durationMs: null } })
  })

  it('keeps 5 prompts, 10 snapshots and 200 lines, whose numbers go on', () => {
    const store = aStore()
    for (let at = 0; at < 210; at++) startStep(store, at)
    const { promptHistory, snapshots, transcript } = store.getState().tutorial
    expect([promptHistory.length, snapshots.length, transcript.length]).toEqual([5, 10, 200])
    expect([transcript[0]?.sequence, transcript.at(-1)?.sequence]).toEqual([11, 210])
  })

  it('starts over when started again, and keeps the transcript', () => {
    const store = play(aStore())
    store.dispatch('tutorial:started', { totalSteps: 4 })
    const { status, endedAt, completedSteps, transcript } = store.getState().tutorial
    expect({ status, endedAt, completedSteps }).toEqual({ status: 'running', endedAt: null, completedSteps: 0 })
    expect(transcript).toHaveLength(6)
  })

  it('may be skipped, with a reason or without', () => {
    const store = aStore()
    startStep(store, 1)
    store.dispatch('tutorial:skipped', { reason: 'player', completedSteps: 1, timestamp: 5 })
    expect(store.getState().tutorial).toMatchObject({
      status: 'skipped',
      completedSteps: 1,
      currentPrompt: null,
      endedAt: 5,
    })
    expect(store.getState().tutorial.snapshots.at(-1)).toMatchObject({
      stepId: 'step-1',
      metadata: { reason: 'player' },
    })
    store.dispatch('tutorial:skipped', {})
    expect(store.getState().tutorial).toMatchObject({ completedSteps: 1 })
  })

  it('makes the best of events that come out of order', () => {
    const store = aStore()
    store.dispatch('tutorial:control_hint_updated', { controlHint: 'X' })
    store.dispatch('tutorial:step_completed', { stepId: 'unseen', stepIndex: 4 })
    store.dispatch('tutorial:step_completed', { stepId: 'unseen too', durationMs: 3 })
    startStep(store, 0)
    startStep(store, 1)
    store.dispatch('tutorial:control_hint_updated', { controlHint: 'Y', stepId: 'step-0' })
    store.dispatch('tutorial:step_completed', { stepId: 'step-0', timestamp: 10 })
    const { snapshots, stepDurationsMs, currentPrompt } = store.getState().tutorial
    expect(snapshots.slice(0, 3)).toMatchObject([
      { stepId: null, stepTitle: null },
      { stepId: 'unseen', stepTitle: null, stepIndex: 4 },
      { stepId: 'unseen too', stepIndex: null },
    ])
    expect(snapshots[5]).toMatchObject({ event: 'tutorial:control_hint_updated', stepId: 'step-0' })
    expect([...stepDurationsMs]).toEqual([
      ['unseen', 0],
      ['unseen too', 3],
      ['step-0', 10],
    ])
    expect(currentPrompt).toMatchObject({ stepId: 'step-1', controlHint: 'W' })
  })

  it('goes on from a loaded state as from its own', () => {
    const [store, loaded] = [aStore(), aStore()]
    startStep(store, 0)
    startStep(store, 1)
    expect(loaded.hydrate(JSON.parse(JSON.stringify(store.snapshot())))).toEqual({ ok: true })
    for (const each of [store, loaded]) {
      each.dispatch('tutorial:control_hint_updated', { controlHint: 'Now W', timestamp: 900 })
      each.dispatch('tutorial:step_completed', { stepId: 'step-1', timestamp: 950 })
    }
    expect(loaded.getState()).toEqual(store.getState())
    expect(loaded.getState().tutorial.promptHistory.at(-1)).toMatchObject({ controlHint: 'Now W' })
  })

  it('trims a snapshot to its own limits, and refuses one of another shape', () => {
    const large = aStore()
    for (let at = 0; at < 20; at++) startStep(large, at)
    const small = aStore({ promptHistory: 1, snapshots: 2, transcript: 3 })
    expect(small.hydrate(large.snapshot())).toEqual({ ok: true })
    const { promptHistory, snapshots, transcript, nextSequence } = small.getState().tutorial
    expect([promptHistory.length, snapshots.length, transcript.length, nextSequence]).toEqual([1, 2, 3, 21])
    expect(transcript).toEqual(large.getState().tutorial.transcript.slice(-3))
    const broken = JSON.parse(JSON.stringify(large.snapshot()))
    broken.slices.tutorial.state.transcript[1].sequence = 'first'
    expect(small.hydrate(broken)).toMatchObject({
      reason: 'bad_shape',
      message: "Slice 'tutorial' Expected `state.transcript[1].sequence` to be a number",
    })
  })
})
