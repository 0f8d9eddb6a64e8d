import { expect, it } from 'vitest'
import type { CliError } from '../src/errors.ts'
import { loadBattleGame, loadMissionGame } from '../src/game-module.ts'
import { fixture } from './run-command.ts'

const adviceOf = (loading: Promise<unknown>): Promise<string> =>
  loading.then(
    () => 'none',
    (error: CliError) => `${error.code}: ${error.advice}`,
  )

it('asks of a game what it is loaded for, and no more', async () => {
  expect(await loadBattleGame(fixture('game.ts'))).toHaveProperty('createBattle')
  expect(await loadMissionGame(fixture('mission-game.ts'))).toHaveProperty('createMission')
})

it('names each member that is missing or of the wrong kind', async () => {
  const battle = await adviceOf(loadBattleGame(fixture('half-game.ts')))
  for (const member of ['version', 'events', 'createBattle']) expect(battle).toContain(`\`${member}\``)
  expect(battle).toMatch(/^bad_module/)
  expect(battle).not.toContain('missions')
  const missions = await adviceOf(loadMissionGame(fixture('half-game.ts')))
  for (const member of ['version', 'missions', 'createMission']) expect(missions).toContain(`\`${member}\``)
  expect(missions).not.toContain('createBattle')
})

it('wants missions with id and title', async () => {
  expect(await adviceOf(loadMissionGame(fixture('untitled-missions.ts')))).toContain('at least one { id, title }')
})
