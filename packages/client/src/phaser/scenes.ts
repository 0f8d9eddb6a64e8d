/** Follows the scenes of a game: from start to end, in pause, asleep. */
import { monotonicMs } from './environment.ts'
import { type Listen, type PhaserGame, type PhaserPush, type PhaserScene, toTenths } from './ports.ts'

/** From Phaser's `START` to its `SLEEPING`: it was started, and is not shut down. */
const isOn = ({ sys }: PhaserScene): boolean => sys.settings.status >= 2 && sys.settings.status <= 7

/** @param running is given the keys of the scenes that run, in the order of their display, when these change */
export function followScenes(
  { events, scene: { scenes } }: PhaserGame,
  push: PhaserPush,
  listen: Listen,
  running: (keys: readonly string[]) => void,
): void {
  const known = new Set<PhaserScene>()
  // Phaser does not say when a scene is added. Before each step, for in a step the first one may start another in its place.
  for (const event of ['ready', 'prestep']) listen(events, event, findScenes)
  findScenes()

  function findScenes(): void {
    for (const scene of scenes) {
      if (known.has(scene)) continue
      known.add(scene)
      follow(scene)
    }
  }

  function follow(scene: PhaserScene): void {
    const { events, settings } = scene.sys
    const { key } = settings
    let startedMs = 0
    let pausedMs: number | undefined
    const start = (): void => {
      startedMs = monotonicMs()
      pausedMs = undefined
      changed()
      push('scene_started', { scene: key })
    }
    const pause = (): void => {
      pausedMs = monotonicMs()
      push('scene_paused', { scene: key })
    }
    const resume = (): void => {
      // It says that it wakes when it was not asleep, too.
      if (pausedMs === undefined) return
      push('scene_resumed', { scene: key, pausedMs: toTenths(monotonicMs() - pausedMs) })
      pausedMs = undefined
    }
    const end = (): void => {
      push('scene_ended', { scene: key, durationMs: toTenths(monotonicMs() - startedMs) })
      changed(scene)
    }
    const heard = { start, pause, sleep: pause, resume, wake: resume, shutdown: end }
    for (const [event, listener] of Object.entries(heard)) listen(events, event, listener)
    if (isOn(scene)) start()
  }

  /** @param ending says that it ends while it is still on */
  function changed(ending?: PhaserScene): void {
    running(scenes.filter((scene) => scene !== ending && isOn(scene)).map(({ sys }) => sys.settings.key))
  }
}
