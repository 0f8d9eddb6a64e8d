/** Replaces a damaged database by one that holds what can be read of it; the damaged one is quarantined. */
import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasSoundHeaders, mendHeaders } from './file-headers.ts'
import { inChild, type OnProgress, type ProbeFailure, type ProbeResult, probe } from './probe.ts'
import { type QuarantineReason, quarantineDatabase, sizeOf, walEndings } from './quarantine.ts'
import type { Salvage } from './salvage.ts'
import { checkWriteAheadLog } from './write-ahead-log.ts'

export type Rebuilt =
  | { readonly kind: 'rebuilt'; readonly quarantined: string | undefined; readonly salvage: Salvage }
  /** Nothing of it can be read: it is quarantined, and none stands in its place. */
  | { readonly kind: 'lost'; readonly quarantined: string | undefined; readonly reason: string }
  /** It is where it was. */
  | { readonly kind: 'failed'; readonly failure: ProbeFailure }

const rebuildMain = fileURLToPath(new URL('./rebuild-main.js', import.meta.url))

/** A database that is whole, and not in its place yet. */
const finishedEnding = '.rebuilt'
const workEnding = '.rebuilding'

/** Takes up what an end of the process left: a new file takes its place where the damaged one has left it. */
export async function finishRebuild(file: string): Promise<void> {
  await rm(file + workEnding, { recursive: true, force: true })
  if ((await sizeOf(file + finishedEnding)) === undefined) return
  if ((await sizeOf(file)) === undefined) await rename(file + finishedEnding, file)
  else await rm(file + finishedEnding)
}

/** @param logFolder of the collector's own log, which may still have what the database lost */
export async function rebuild(file: string, logFolder: string, onProgress?: OnProgress): Promise<Rebuilt> {
  await finishRebuild(file)
  const work = file + workEnding
  await mkdir(work)
  try {
    const target = join(work, 'target.duckdb')
    const result = await salvageInto(target, file, work, logFolder, onProgress)
    if (result.kind === 'in_use' || result.kind === 'unusable') return { kind: 'failed', failure: result }
    if (result.kind === 'corrupt')
      return { kind: 'lost', quarantined: await quarantineDatabase(file), reason: result.reason }
    return { kind: 'rebuilt', quarantined: await replaceBy(target, file), salvage: result.answer }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Puts another database, such as an older copy, in the place of one.
 *
 * @returns where the one before is now, if there was one; or what is wrong with the copy
 */
export async function restore(
  copy: string,
  file: string,
  why: QuarantineReason = 'corrupt',
): Promise<{ readonly kind: 'restored'; readonly quarantined: string | undefined } | ProbeFailure> {
  await finishRebuild(file)
  const work = file + workEnding
  await mkdir(work)
  try {
    const target = join(work, 'target.duckdb')
    for (const ending of ['', ...walEndings])
      if (await sizeOf(copy + ending)) await copyFile(copy + ending, target + ending)
    const probed = await probe(target, 'open')
    return probed.kind === 'sound' ? { kind: 'restored', quarantined: await replaceBy(target, file, why) } : probed
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** In this order: whenever it ends, either the one before is there, or the new one, which is whole. */
async function replaceBy(target: string, file: string, why?: QuarantineReason): Promise<string | undefined> {
  await rename(target, file + finishedEnding)
  const quarantined = await quarantineDatabase(file, why)
  await rename(file + finishedEnding, file)
  return quarantined
}

async function salvageInto(
  target: string,
  file: string,
  work: string,
  logFolder: string,
  onProgress: OnProgress | undefined,
): Promise<ProbeResult<Salvage>> {
  if (await hasSoundHeaders(file)) {
    const result = await inChild<Salvage>(rebuildMain, [file, target, logFolder], onProgress)
    if (result.kind !== 'corrupt') return result
    await rm(target, { force: true })
  }
  const copy = join(work, 'source.duckdb')
  try {
    for (const ending of ['', ...walEndings]) {
      if (await sizeOf(file + ending)) await copyFile(file + ending, copy + ending, constants.COPYFILE_FICLONE)
    }
    if (!(await sizeOf(copy)) || !(await mendHeaders(copy, file))) {
      return { kind: 'corrupt', reason: 'Its headers can not be read' }
    }
  } catch (error) {
    return { kind: 'unusable', reason: String(error) }
  }
  await checkWriteAheadLog(copy, logFolder)
  return inChild<Salvage>(rebuildMain, [copy, target, logFolder], onProgress)
}
