/** Declares and checks what a battle is made with: defaults and ranges, once, at construction. */

import { BattleError } from '../errors.ts'

export interface BattleConfig {
  /** Width of the battlefield in pixels, 320 to 7680. @default 1280 */
  readonly canvasWidth: number
  /** Height of the battlefield in pixels, 320 to 7680. @default 800 */
  readonly canvasHeight: number
  /** A piloted ship's top speed in pixels a tick, 0.5 to 20; bots cruise somewhat slower. @default 5 */
  readonly shipSpeed: number
  /** Pixels a tick, 1 to 40. @default 8 */
  readonly bulletSpeed: number
  /** Health that a hit takes, 1 to 1000. @default 10 */
  readonly bulletDamage: number
  /** Health that a ship starts with, 1 to 1000. @default 30 */
  readonly shipMaxHealth: number
  /** Ships a team begins a round with, 1 to 200. @default 25 */
  readonly shipsPerTeam: number
  /** Ticks a second, 10 to 240. All else counts in ticks, so this sets the pace and never the outcome. @default 60 */
  readonly tickHz: number
  /** Whether the engine emits `telemetry`. @default false */
  readonly enableTelemetry: boolean
  /** Seed of the first round, 0 to 2³² − 1. @default 1 */
  readonly seed?: number
}

export const battleDefaults: Required<BattleConfig> = {
  canvasWidth: 1280,
  canvasHeight: 800,
  shipSpeed: 5,
  bulletSpeed: 8,
  bulletDamage: 10,
  shipMaxHealth: 30,
  shipsPerTeam: 25,
  tickHz: 60,
  enableTelemetry: false,
  seed: 1,
}

export interface Range {
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}

export const battleRanges: Readonly<Record<Exclude<keyof BattleConfig, 'enableTelemetry'>, Range>> = {
  canvasWidth: { min: 320, max: 7680, whole: true },
  canvasHeight: { min: 320, max: 7680, whole: true },
  shipSpeed: { min: 0.5, max: 20 },
  bulletSpeed: { min: 1, max: 40 },
  bulletDamage: { min: 1, max: 1000 },
  shipMaxHealth: { min: 1, max: 1000 },
  shipsPerTeam: { min: 1, max: 200, whole: true },
  tickHz: { min: 10, max: 240, whole: true },
  seed: { min: 0, max: 0xffffffff, whole: true },
}

/**
 * Fills in the defaults and checks every range.
 *
 * @throws {BattleError} `invalid_config`, naming the option, what was expected and what came
 */
export function checkConfig(options: Partial<BattleConfig> = {}): Required<BattleConfig> {
  const config = { ...battleDefaults, ...options }
  for (const [name, range] of Object.entries(battleRanges)) {
    const value: unknown = config[name as keyof typeof battleRanges]
    if (!isWithin(value, range))
      refuse(name, `a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`, value)
  }
  if (typeof config.enableTelemetry !== 'boolean') refuse('enableTelemetry', 'true or false', config.enableTelemetry)
  return config
}

function isWithin(value: unknown, { min, max, whole = false }: Range): boolean {
  return typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value))
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new BattleError('invalid_config', `Expected \`${name}\` to be ${expected}, got ${String(value)}`)
}
