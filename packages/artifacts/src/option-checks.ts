/** What every option of this package is checked with, so that wrong ones are named alike. */
import { shown } from '@downlink/protocol'
import { ArtifactError } from './errors.ts'

export const badOption = (name: string, expected: string, got: unknown): ArtifactError =>
  new ArtifactError('bad_option', `Expected \`${name}\` to be ${expected}, got ${shown(got)}`)

/** @throws {ArtifactError} `bad_option` */
export function expectObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badOption(name, 'an object', value)
}

/** @throws {ArtifactError} `bad_option` */
export function expectList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw badOption(name, 'a list', value)
}
