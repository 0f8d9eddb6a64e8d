/**
 * Supervises a game that plays in a process of its own. It may end that, hold it, or print what it likes: the summary is printed
 * here, and what the game prints comes through the gate.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { listenForInterruption } from '../interruption.ts'
import type { ExportFailure } from './failures.ts'
import type { PerformExport } from './perform-export.ts'
import type { ExportPorts } from './ports.ts'
import type { Reporter } from './reporter.ts'
import type { ExportFlags } from './settings.ts'
import { createStallNotice, type StallNotice } from './stall-notice.ts'
import { type ExportSummary, emptySummary, type SummaryArtifact, withFailure, writeSummaryFile } from './summary.ts'

const playerMain = fileURLToPath(new URL('./player-main.js', import.meta.url))

/** How long what it has printed is read on: what it left running may hold the pipes open for ever. */
const drainMs = 500
/** From being told to end to being ended: less than CIs wait between the two. */
const orderlyEndMs = 5000
/** The same, when told a second time. */
const forcedEndMs = 1000

export const superviseExport: PerformExport = async (flags, ports, reporter, argv) => {
  const player = fork(playerMain, { stdio: ['inherit', 'pipe', 'pipe', 'ipc'] })
  const interruption = listenForInterruption(() => endPlayer(player, forcedEndMs))
  // Once is enough: who ends a job may do no more than that, and a game that loops or waits hears nothing.
  interruption.signal.addEventListener('abort', () => endPlayer(player, orderlyEndMs))
  const stall = createStallNotice((text) => {
    makeRoom(ports)
    reporter.warn(text)
  })
  const printed = [player.stdout, player.stderr].map((pipe) => passOn(pipe, ports, reporter, stall))
  try {
    const { summary, artifacts, fault } = await playedIn(player, ports, stall, () => {
      const { isTTY = false, columns } = ports.stderr
      send(player, { kind: 'begin', flags, argv, terminal: { isTTY, columns } })
    })
    await Promise.race([Promise.all(printed), wait(drainMs, undefined, { ref: false })])
    if (summary !== undefined) return summary
    const failure = unfinished(player, fault, interruption.signal.aborted)
    makeRoom(ports)
    reporter.warn(failure.message)
    return await writeSummaryFile(withFailure({ ...emptySummary, artifacts }, failure), flags, reporter)
  } finally {
    stall.end()
    interruption.release()
  }
}

interface Played {
  /** None where it ended without one. */
  readonly summary?: ExportSummary
  /** What was written by then. */
  readonly artifacts: readonly SummaryArtifact[]
  /** Why there was no process to play in. */
  readonly fault?: Error
}

function playedIn(player: ChildProcess, ports: ExportPorts, stall: StallNotice, begin: () => void): Promise<Played> {
  const artifacts: SummaryArtifact[] = []
  return new Promise((resolve) => {
    player.on('message', (message: FromPlayer) => {
      stall.reset()
      if (message.kind === 'stderr') ports.stderr.write(message.text)
      if (message.kind === 'stdout') void print(message, player, ports)
      if (message.kind === 'written') artifacts.push(message.artifact)
      if (message.kind !== 'ended') return
      // What hangs in it, a folder above all, must hold nobody.
      player.kill('SIGKILL')
      resolve({ summary: message.summary, artifacts })
    })
    const gone = (): void => resolve({ artifacts })
    // What it has sent may still be on its way.
    player.once('exit', () => (player.connected ? player.once('disconnect', gone) : gone()))
    player.once('error', (fault) => resolve({ artifacts, fault }))
    begin()
  })
}

async function print(
  { id, text }: FromPlayer & { kind: 'stdout' },
  player: ChildProcess,
  { stdout }: ExportPorts,
): Promise<void> {
  try {
    await stdout(text)
    send(player, { kind: 'printed', id })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    send(player, { kind: 'printed', id, fault: { message, ...(code !== undefined && { code }) } })
  }
}

/** It may have gone meanwhile; that is heard elsewhere. */
const send = (player: ChildProcess, message: ToPlayer): void => void player.send(message, () => {})

/** Windows knows no signals: a console tells all of its processes by itself. */
function endPlayer(player: ChildProcess, withinMs: number): void {
  if (process.platform !== 'win32') player.kill('SIGTERM')
  setTimeout(() => player.kill('SIGKILL'), withinMs).unref()
}

/** A terminal shows the status line, which the player has written. */
function makeRoom({ stderr }: ExportPorts): void {
  if (stderr.isTTY) stderr.write('\r\x1b[K')
}

/** What a game prints is for people, wherever it printed it. Resolves at its end. */
async function passOn(
  pipe: NodeJS.ReadableStream | null,
  ports: ExportPorts,
  { safe }: Reporter,
  stall: StallNotice,
): Promise<void> {
  if (pipe === null) return
  const lines = createInterface({ input: pipe, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    stall.reset()
    makeRoom(ports)
    ports.stderr.write(`${safe(stripVTControlCharacters(line))}\n`)
  })
  await once(lines, 'close')
}

function unfinished(
  { exitCode, signalCode }: ChildProcess,
  fault: Error | undefined,
  isInterrupted: boolean,
): ExportFailure {
  if (isInterrupted) {
    return { stage: 'play', code: 'interrupted', message: 'The export was ended by force before it was through.' }
  }
  if (fault !== undefined) {
    return { stage: 'game', code: 'process_ended', message: `There is no process to play in: ${fault.message}` }
  }
  const how = signalCode === null ? `ended its process with code ${exitCode}` : `had its process ended by ${signalCode}`
  return { stage: 'game', code: 'process_ended', message: `The game ${how} before the export was through.` }
}

export type ToPlayer =
  | {
      readonly kind: 'begin'
      readonly flags: ExportFlags
      readonly argv: readonly string[]
      readonly terminal: Terminal
    }
  /** A text is out, or why it is not. */
  | {
      readonly kind: 'printed'
      readonly id: number
      readonly fault?: { readonly message: string; readonly code?: string }
    }

export type FromPlayer =
  /** For stderr, and safe. */
  | { readonly kind: 'stderr'; readonly text: string }
  /** For stdout. */
  | { readonly kind: 'stdout'; readonly id: number; readonly text: string }
  /** A file is there, whatever becomes of the export. */
  | { readonly kind: 'written'; readonly artifact: SummaryArtifact }
  | { readonly kind: 'ended'; readonly summary: ExportSummary }

/** What the player can't see for itself: its own streams are pipes. */
export interface Terminal {
  readonly isTTY: boolean
  readonly columns: number | undefined
}
