/**
 * Lets a game play in a process of its own. It may end that, hold it, or print what it likes: the summary is printed
 * here, and what the game prints comes through the gate.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { listenForInterruption } from '../interruption.ts'
import { keepSummary } from './keep-summary.ts'
import type { FromPlayer, ToPlayer } from './messages.ts'
import type { Narrator } from './narrator.ts'
import type { PerformExport } from './perform-export.ts'
import type { ExportPorts } from './ports.ts'
import { type ExportFailure, type ExportSummary, emptySummary, withFailure } from './summary.ts'

const playerMain = fileURLToPath(new URL('./player-main.js', import.meta.url))

/** How long what it has printed is read on: what it left running may hold the pipes open for ever. */
const drainMs = 500
/** From being told to end by force to being ended. */
const forceGraceMs = 1000

export const superviseExport: PerformExport = async (flags, ports, narrator, argv) => {
  const player = fork(playerMain, { stdio: ['inherit', 'pipe', 'pipe', 'ipc'] })
  const interruption = listenForInterruption(() => {
    endPlayer(player)
    setTimeout(() => player.kill('SIGKILL'), forceGraceMs)
  })
  interruption.signal.addEventListener('abort', () => endPlayer(player))
  const printed = [player.stdout, player.stderr].map((pipe) => passOn(pipe, ports, narrator))
  try {
    const summary = await playedIn(player, ports, () => {
      const { isTTY = false, columns } = ports.stderr
      send(player, { at: 'begin', flags, argv, terminal: { isTTY, columns } })
    })
    await Promise.race([Promise.all(printed), wait(drainMs, undefined, { ref: false })])
    if (summary !== undefined) return summary
    const failure = unfinished(player, interruption.signal.aborted)
    narrator.warn(failure.message)
    return await keepSummary(withFailure(emptySummary, failure), flags, narrator)
  } finally {
    interruption.release()
  }
}

/** Resolves to its summary, or to nothing where it ends without one. */
function playedIn(player: ChildProcess, ports: ExportPorts, begin: () => void): Promise<ExportSummary | undefined> {
  return new Promise((resolve) => {
    player.on('message', (message: FromPlayer) => {
      if (message.at === 'tell') ports.stderr.write(message.text)
      if (message.at === 'print') void print(message, player, ports)
      if (message.at !== 'ended') return
      // What hangs in it, a folder above all, must hold nobody.
      player.kill('SIGKILL')
      resolve(message.summary)
    })
    player.once('exit', () => resolve(undefined))
    player.once('error', () => resolve(undefined))
    begin()
  })
}

async function print(
  { id, text }: FromPlayer & { at: 'print' },
  player: ChildProcess,
  { stdout }: ExportPorts,
): Promise<void> {
  try {
    await stdout(text)
    send(player, { at: 'printed', id })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    send(player, { at: 'printed', id, fault: { message, ...(code !== undefined && { code }) } })
  }
}

/** It may have gone meanwhile; that is heard elsewhere. */
const send = (player: ChildProcess, message: ToPlayer): void => void player.send(message, () => {})

/** Windows knows no signals: a console tells all of its processes by itself. */
function endPlayer(player: ChildProcess): void {
  if (process.platform !== 'win32') player.kill('SIGTERM')
}

/** What a game prints is for people, wherever it printed it. Resolves at its end. */
async function passOn(pipe: NodeJS.ReadableStream | null, { stderr }: ExportPorts, { safe }: Narrator): Promise<void> {
  if (pipe === null) return
  const lines = createInterface({ input: pipe, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    const clear = stderr.isTTY ? '\r\x1b[K' : ''
    stderr.write(`${clear}${safe(stripVTControlCharacters(line))}\n`)
  })
  await once(lines, 'close')
}

function unfinished({ exitCode, signalCode }: ChildProcess, isInterrupted: boolean): ExportFailure {
  if (isInterrupted) {
    return { stage: 'play', code: 'interrupted', message: 'The export was ended by force before it was through.' }
  }
  const how = signalCode === null ? `ended its process with code ${exitCode}` : `had its process ended by ${signalCode}`
  const message = `The game ${how} before the export was through. Files that were written by then are not listed.`
  return { stage: 'game', code: 'process_ended', message }
}
