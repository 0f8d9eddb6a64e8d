/** Writes and reads a save as text: the snapshot, and when and of which game it is. */
import type { GameIdentity } from '@downlink/artifacts'
import { WorldStateError } from './errors.ts'
import { copyJson, type Json } from './json.ts'
import type { HydrateFailure } from './store/load-snapshot.ts'
import type { WorldSnapshot } from './store/snapshot.ts'

export interface Save {
  readonly formatVersion: 1
  /** Another one in every save; saves of the first release have none. */
  readonly revision?: string
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly game: GameIdentity
  readonly snapshot: WorldSnapshot
}

export type ReadSave =
  | { readonly ok: true; readonly save: Save }
  | { readonly ok: false; readonly reason: 'corrupt'; readonly message: string; readonly cause?: unknown }
  | { readonly ok: false; readonly reason: 'refused'; readonly message: string; readonly refusal: HydrateFailure }

/** @throws {WorldStateError} `bad_option`, where what the game says of itself could not be read again */
export function writeSave({ revision, savedAt, game, snapshot }: Required<Omit<Save, 'formatVersion'>>): string {
  if (!Number.isFinite(savedAt)) {
    throw new WorldStateError('bad_option', `Expected \`clock\` to give milliseconds, got ${savedAt}`)
  }
  if (typeof game?.name !== 'string') {
    throw new WorldStateError('bad_option', 'Expected `game` to be { name, version, seed, missionId }')
  }
  return `${JSON.stringify({ formatVersion: 1, revision, savedAt, game: copyJson(game), snapshot })}\n`
}

/** What tells a save from any other: its revision, read off its head as `writeSave` makes it, or else all of it. */
export const revisionOf = (text: string): string => /^\{"formatVersion":1,"revision":"(\w+)"/.exec(text)?.[1] ?? text

/** Judges the envelope; the snapshot in it is for the store to judge. */
export function readSave(text: string): ReadSave {
  let json: Json
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return { ok: false, reason: 'corrupt', message: 'The save is not JSON', cause }
  }
  const { formatVersion, savedAt, game, snapshot } = Object(json) as Partial<Record<keyof Save, unknown>>
  if (!isVersion(formatVersion) || typeof savedAt !== 'number' || !snapshot || !isGame(game)) {
    return { ok: false, reason: 'corrupt', message: 'The save lacks what every save has' }
  }
  if (formatVersion > 1) {
    const message = `Expected \`formatVersion\` of the save to be 1, got ${formatVersion}`
    return { ok: false, reason: 'refused', message, refusal: { ok: false, reason: 'newer_format', message } }
  }
  return { ok: true, save: json as unknown as Save }
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1

const isGame = (game: unknown): boolean => typeof (game as Partial<GameIdentity> | null)?.name === 'string'
