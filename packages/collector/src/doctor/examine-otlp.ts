/** Examines how far the log of a data folder at rest was sent on to OpenTelemetry. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openLogFiles } from '../log/log-files.ts'
import { findGap, type Position } from '../log/read-log.ts'
import { listSegments } from '../log/segment.ts'
import { positionFile, readSentPosition } from '../otlp/position-file.ts'

export type OtlpExamination =
  /** It never was. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  /** The log does not have what was to be sent next. */
  | { readonly kind: 'gap' }
  | { readonly kind: 'sound'; readonly waitingBytes: number }

export async function examineOtlp(folder: string): Promise<OtlpExamination> {
  const position = await readSentPosition(join(folder, positionFile))
  if (position === undefined) return { kind: 'none' }
  if (position === 'unreadable') return { kind: 'unreadable' }
  const logFolder = join(folder, 'log')
  return existsSync(logFolder) ? examineBehind(logFolder, position) : { kind: 'gap' }
}

async function examineBehind(logFolder: string, { segment, offset }: Position): Promise<OtlpExamination> {
  const files = await openLogFiles(logFolder)
  if (await findGap(files, { segment, offset })) return { kind: 'gap' }
  const segments = await listSegments(files)
  const waiting = segments.filter(({ key }) => key >= segment)
  const bytes = waiting.reduce((sum, { soundEnd, bytes }) => sum + (soundEnd ?? bytes), 0)
  return { kind: 'sound', waitingBytes: Math.max(0, bytes - (waiting[0]?.key === segment ? offset : 0)) }
}
