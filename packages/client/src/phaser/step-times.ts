/** Measures what the steps of a game cost: to update its scenes, and to render them. */
import { monotonicMs } from './environment.ts'
import { type Listen, type PhaserGame, type PhaserPush, toTenths } from './ports.ts'

const windowMs = 1000

/** While the game does not step, nothing is measured. */
export function measureSteps({ events, scene: { scenes } }: PhaserGame, push: PhaserPush, listen: Listen): void {
  let updates: number[] = []
  let renders: number[] = []
  let beganMs = monotonicMs()
  let renderedMs = beganMs
  let windowBeganMs = beganMs

  listen(events, 'prestep', () => {
    beganMs = monotonicMs()
  })
  listen(events, 'prerender', () => {
    renderedMs = monotonicMs()
  })
  listen(events, 'postrender', () => {
    const endedMs = monotonicMs()
    updates.push(renderedMs - beganMs)
    renders.push(endedMs - renderedMs)
    if (endedMs - windowBeganMs < windowMs) return
    windowBeganMs = endedMs
    push('step_times', {
      updateP95: p95(updates),
      renderP95: p95(renders),
      max: toTenths(Math.max(...updates.map((updateMs, at) => updateMs + (renders[at] ?? 0)))),
      objects: scenes.reduce((sum, { sys }) => sum + (sys.displayList?.length ?? 0), 0),
    })
    updates = []
    renders = []
  })
}

/** The least time that 95 of 100 did not exceed. */
const p95 = (times: readonly number[]): number =>
  toTenths([...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? 0)
