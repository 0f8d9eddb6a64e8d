/** Creates the mission that the settings name, ready to be played. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { withTimeout } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { CliError } from '../errors.ts'
import type { HeadlessMission, MissionGame, MissionOptions } from '../game-module.ts'
import { type ExportSettings, exportDefaults } from './settings.ts'

/** @throws {CliError} `bad_module`, `bad_snapshot`, `snapshot_refused` */
export async function bootMission(
  game: MissionGame,
  missionId: string,
  settings: ExportSettings,
): Promise<HeadlessMission> {
  const snapshot =
    settings.snapshot === undefined ? undefined : await readSnapshot(settings.snapshot, settings.timeoutMs)
  const mission = createMission(game, { missionId, seed: settings.seed, now: settings.nowMs })
  if (snapshot !== undefined) hydrate(mission, snapshot, settings.snapshot)
  return mission
}

/** @throws {CliError} `bad_usage`, naming the missions that there are */
export function chosenMission({ name, missions }: MissionGame, wanted: string | undefined): string {
  const ids = missions.map(({ id }) => id)
  const chosen = wanted ?? ids[0]
  if (chosen !== undefined && ids.includes(chosen)) return chosen
  const message = `There is no mission ${JSON.stringify(chosen)} in ${name}. Expected one of: ${ids.join(', ')}.`
  throw new CliError('bad_usage', message, missions.map(({ id, title }) => `  --mission ${id}  ${title}`).join('\n'))
}

async function readSnapshot(file: string, timeoutMs: number = exportDefaults.fileTimeoutMs): Promise<unknown> {
  const path = resolve(file)
  const advice = 'Name the JSON file of a WorldStateStore snapshot, or of a save that holds one.'
  const text = await withTimeout(() => readFile(path, 'utf8'), timeoutMs).catch((cause: unknown) => {
    throw new CliError('bad_snapshot', `The snapshot can't be read: ${messageOf(cause)}`, advice, { cause })
  })
  try {
    return snapshotIn(JSON.parse(text))
  } catch (cause) {
    throw new CliError('bad_snapshot', `${path} is not JSON: ${messageOf(cause)}`, advice, { cause })
  }
}

/** A save is an envelope around a snapshot. */
const snapshotIn = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'snapshot' in json ? json.snapshot : json

/** What the play and the export need of a mission; a game in TypeScript may still be of another version. */
function createMission(game: MissionGame, options: MissionOptions): HeadlessMission {
  const mission: Partial<HeadlessMission> = game.createMission(options) ?? {}
  const faults: string[] = []
  if (typeof mission.step !== 'function') faults.push('`step`, a function')
  if (typeof mission.hydrate !== 'function') faults.push('`hydrate`, a function')
  if (typeof mission.finished !== 'boolean') faults.push('`finished`, a boolean')
  if (typeof mission.tickHz !== 'number') faults.push('`tickHz`, a number')
  if (typeof mission.eventBus?.emit !== 'function') faults.push('`eventBus`, with `emit`')
  if (typeof mission.saveManager?.exportInspectorSummary !== 'function')
    faults.push('`saveManager`, with `exportInspectorSummary`')
  if (faults.length === 0) return mission as HeadlessMission
  throw new CliError(
    'bad_module',
    `The missions of ${game.name} can't be exported`,
    `What its \`createMission\` returns needs ${faults.join(', ')}.`,
  )
}

function hydrate(mission: HeadlessMission, snapshot: unknown, file: string | undefined): void {
  const answer = mission.hydrate(snapshot)
  if (answer?.ok === true) return
  if (answer?.ok !== false) {
    const needs = 'What its `hydrate` returns is `{ ok: true }`, or `{ ok: false, reason, message }`; no promise.'
    throw new CliError('bad_module', 'The mission does not say whether it took the snapshot', needs)
  }
  const advice = 'Save it anew with this version of the game, or name another.'
  throw new CliError(
    'snapshot_refused',
    `The game refuses the snapshot ${file}: ${answer.message} (${answer.reason})`,
    advice,
  )
}
