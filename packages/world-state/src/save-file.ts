/** A save as text: the snapshot, and when and of which game it is. */
import type { GameIdentity } from '@downlink/artifacts'
import type { Json } from './json.ts'
import type { HydrateFailure } from './store/hydration.ts'
import type { WorldSnapshot } from './store/snapshot.ts'

export interface Save {
  readonly formatVersion: 1
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly game: GameIdentity
  readonly snapshot: WorldSnapshot
}

export type ReadSave =
  | { readonly ok: true; readonly save: Save }
  | { readonly ok: false; readonly reason: 'corrupt'; readonly message: string; readonly cause?: unknown }
  | { readonly ok: false; readonly reason: 'refused'; readonly message: string; readonly refusal: HydrateFailure }

export const writeSave = (save: Save): string => `${JSON.stringify(save)}\n`

/** Judges the envelope; the snapshot in it is for the store to judge. */
export function readSave(text: string): ReadSave {
  let json: Json
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return { ok: false, reason: 'corrupt', message: 'The save is not JSON', cause }
  }
  const { formatVersion, savedAt, game, snapshot } = Object(json) as Partial<Record<keyof Save, unknown>>
  if (typeof formatVersion !== 'number' || typeof savedAt !== 'number' || !snapshot || !game) {
    return { ok: false, reason: 'corrupt', message: 'The save lacks what every save has' }
  }
  if (formatVersion > 1) {
    const message = `Expected \`formatVersion\` of the save to be 1, got ${formatVersion}`
    return { ok: false, reason: 'refused', message, refusal: { ok: false, reason: 'newer_format', message } }
  }
  return { ok: true, save: json as unknown as Save }
}
