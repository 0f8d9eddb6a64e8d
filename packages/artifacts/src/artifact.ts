/** Says what an artifact is, and checks whether something is one: its name, its content, its fields. */
import { kindOf, messageOf } from '@downlink/protocol'
import { type Content, isContent } from './content.ts'
import { ArtifactError } from './errors.ts'

/**
 * @example { section: 'summary', filename: 'save-inspector-summary-20260101T000000Z.json', mimeType: 'application/json', content: '{…}\n' }
 */
export interface Artifact {
  /** What it holds: `summary`, `cascade-targets`, `events` … */
  readonly section: string
  /** Unique within an export. A plain name, without a folder. */
  readonly filename: string
  /** @example 'text/csv' */
  readonly mimeType: string
  readonly content: Content
}

/** What a writer says of an artifact that it has put somewhere. */
export interface WrittenArtifact {
  readonly section: string
  readonly filename: string
  readonly mimeType: string
  /** Size of what was written: after compression, if there was any. */
  readonly bytes: number
  /** Of the bytes written, in lower-case hexadecimal. Absent where a writer has no use for it. */
  readonly sha256?: string
  /** Absolute path, if it lies in a file system. */
  readonly path?: string
}

/** In UTF-8. File systems stop at 255; a writer may add a number and `.gz`. */
export const maxNameBytes = 240

/** Windows keeps these for devices, with any extension. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?$/i

/** What some file system refuses or reads as a path. C0 controls and DEL are among it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const refused = /[\u0000-\u001f\u007f<>:"/\\|?*]/

/** Why a name can't be a file's name everywhere; nothing if it can. */
export function nameFault(filename: unknown): string | undefined {
  if (typeof filename !== 'string') return `it is not text but ${filename === null ? 'null' : typeof filename}`
  if (filename === '') return 'it is empty'
  if (filename === '.' || filename === '..') return 'it is a folder'
  const stray = refused.exec(filename)?.[0]
  if (stray !== undefined) return `it has ${JSON.stringify(stray)} in it`
  if (/^ |[. ]$/.test(filename)) return 'it begins with a space, or ends with a space or a dot'
  if (device.test(filename)) return 'Windows keeps it for a device'
  if (/[\uD800-\uDFFF]/u.test(filename)) return 'it has half a character in it'
  const bytes = new TextEncoder().encode(filename).length
  return bytes > maxNameBytes ? `it has ${bytes} bytes, more than ${maxNameBytes}` : undefined
}

/** Two names with the same key are one file on Windows and macOS. */
export const nameKey = (filename: string): string => filename.normalize('NFC').toLowerCase()

/** A name that is not taken, from now on taken: the wished one, or with a number behind it. */
export function freeName(wished: string, taken: Set<string>): string {
  let name = wished
  for (let number = 2; taken.has(name); number++) name = `${wished}-${number}`
  taken.add(name)
  return name
}

export type CheckedArtifact =
  | { readonly ok: true; readonly artifact: Artifact }
  /** `artifact`: what reports call it, as far as it can be read. */
  | { readonly ok: false; readonly artifact: NamedArtifact; readonly error: ArtifactError }

export type NamedArtifact = Pick<Artifact, 'section' | 'filename'>

type Fields = Partial<Record<keyof Artifact, unknown>>

/** Each field is read once: a getter may throw, or say something else the next time. Never throws. */
export function checkArtifact(given: unknown): CheckedArtifact {
  const named = { section: '', filename: '' }
  try {
    if (typeof given !== 'object' || given === null) {
      throw new ArtifactError('bad_artifact', `Expected an artifact, got ${kindOf(given)}`)
    }
    const { filename, section }: Fields = given
    named.filename = textOr('', filename)
    named.section = textOr('', section)
    const { mimeType, content }: Fields = given
    const fault = nameFault(filename)
    if (fault !== undefined) {
      throw new ArtifactError('bad_name', `Expected a file's name without a folder, but ${fault}`)
    }
    if (!isContent(content)) {
      throw new ArtifactError('bad_content', `Expected text, bytes or a stream of bytes, got ${kindOf(content)}`)
    }
    return { ok: true, artifact: { ...named, mimeType: textOr('application/octet-stream', mimeType), content } }
  } catch (cause) {
    const error =
      cause instanceof ArtifactError
        ? cause
        : new ArtifactError('bad_artifact', `The artifact can't be read: ${messageOf(cause)}`, { cause })
    return { ok: false, artifact: named, error }
  }
}

const textOr = (otherwise: string, value: unknown): string => (typeof value === 'string' ? value : otherwise)
