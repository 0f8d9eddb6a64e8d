/** What a game module is, for those who write one; and the command itself. */

export { CliError, type CliErrorCode } from './errors.ts'
export type {
  BattleGame,
  GameModule,
  HeadlessBattle,
  HeadlessMission,
  InspectorExportOptions,
  InspectorSource,
  MissionGame,
  MissionOptions,
  MissionTitle,
} from './game-module.ts'
export { runCommand } from './main.ts'
