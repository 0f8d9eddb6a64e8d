/** Declares what is done to a game's files, carries it out, and says it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CreateError } from './errors.ts'

export type Change =
  /** A file that is not there yet. */
  | { readonly kind: 'create'; readonly path: string; readonly text: string }
  /** A file that has `added` besides. */
  | { readonly kind: 'edit'; readonly path: string; readonly added: string; readonly text: string }
  /** What a human has to do, for it can't be done safely. */
  | { readonly kind: 'paste'; readonly path: string; readonly why: string; readonly lines: string }

/** @throws {CreateError} `write_failed` */
export async function applyChange(folder: string, change: Change): Promise<void> {
  if (change.kind === 'paste') return
  const path = join(folder, change.path)
  try {
    await mkdir(dirname(path), { recursive: true })
    // What came into being meanwhile is not overwritten.
    await writeFile(path, change.text, { flag: change.kind === 'create' ? 'wx' : 'w' })
  } catch (cause) {
    throw new CreateError('write_failed', `Can't write ${change.path}: ${(cause as Error).message}`, { cause })
  }
}

export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'create':
      return `create  ${change.path}\n${indented(change.text)}`
    case 'edit':
      return `change  ${change.path}\n${indented(change.added, '+ ')}`
    case 'paste':
      return `by hand ${change.path}: ${change.why}\n${indented(change.lines)}`
  }
}

const indented = (text: string, mark = ''): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `          ${mark}${line}`.trimEnd())
    .join('\n')
