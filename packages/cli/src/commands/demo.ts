/** Runs `downlink demo`: the whole downlink by one command, with bots at play and every event accounted for. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Telemetry } from '@downlink/client'
import { type Collector, type CollectorOptions, createCollector, type Ledger } from '@downlink/collector'
import { Command } from 'commander'
import { startBotRun } from '../bot-run.ts'
import { sendHistory } from '../demo-history.ts'
import { type DemoReport, demoReport, isBalanced, statusText } from '../demo-report.ts'
import { CliError } from '../errors.ts'
import { seconds, wholeNumber } from '../flags.ts'
import { type BattleGame, defaultGame, loadBattleGame } from '../game-module.ts'
import { ended, untilInterrupted } from '../interruption.ts'
import { createLog } from '../log.ts'
import { printJson, printMessage } from '../output.ts'
import { createStatusLine } from '../status-line.ts'

interface DemoFlags {
  readonly port: number
  readonly seed: number
  readonly rate?: number
  readonly duration?: number
  readonly headless?: true
  readonly json?: true
  readonly game: string
  readonly verbose?: true
}

const notes = `
Bots play a battle in this process. Its events go through the real client and a real socket into a collector on a
fresh folder. Sessions of the days before are made up by the game, labelled made_up, so that builds and days can be
compared; the figures of the demo are without them. Join the game at /play, watch at /; Ctrl-C ends it in order.
With --duration it ends by itself and prints one line of JSON on stdout,
{"pushed","acked","stored","dropped","rejected","missing","sessionId"}. The exit code is 0 only if
pushed = stored + dropped + rejected and missing = 0.

Examples:
  downlink demo
  downlink demo --duration 10 --json
  downlink demo --seed 42 --rate 2000 --headless`

export function demoCommand(): Command {
  return new Command('demo')
    .description('play a battle and watch its events arrive')
    .option('--port <number>', 'where to listen; the next free port where it is taken', wholeNumber(0, 65_535), 4180)
    .option('--seed <number>', 'of the battle: the same seed, the same events', wholeNumber(0, 0xffff_ffff), 1)
    .option('--rate <events>', 'events a second to reach, by playing faster or slower', wholeNumber(1, 1_000_000))
    .option('--duration <seconds>', 'end after so long', seconds)
    .option('--headless', 'serve no page')
    .option('--json', 'no status line, and the figures as JSON however it ends')
    .option('--game <module>', 'the game to play, by path or package', defaultGame)
    .addHelpText('after', notes)
    .action(demo)
}

const statusIntervalMs = 250

async function demo(flags: DemoFlags): Promise<void> {
  const ending = untilInterrupted()
  const game = await loadBattleGame(flags.game)
  const data = await mkdtemp(join(tmpdir(), 'downlink-demo-'))
  const status = createStatusLine(process.stderr)
  const logger = createLog(flags.verbose ? 'debug' : 'warn', status)
  const pages = flags.headless ? {} : pagesOf(game)
  const options = { data, events: game.events, logger, page: !flags.headless, pages }
  const {
    collector,
    url,
    telemetry: telemetryUrl,
  } = await openCollector(options, flags.port).catch(async (error) => {
    await removeFolder(data)
    throw error
  })
  if (flags.port !== 0 && !url.endsWith(`:${flags.port}`))
    printMessage(`Port ${flags.port} can't be had: taking ${new URL(url).port}.`)
  printMessage(greeting(game, flags, url, data, Object.keys(pages)))

  const run = startBotRun({ game, seed: flags.seed, url: telemetryUrl, rate: flags.rate })
  const playing = new AbortController()
  // Nobody looks at what has no page.
  const past = flags.headless ? [] : (game.pastSessions?.(Date.now()) ?? [])
  const history = sendHistory(past, telemetryUrl, playing.signal).catch((error: unknown) =>
    logger.warn({ err: error }, 'The history of the demo is not whole'),
  )
  const endsAtMs = performance.now() + (flags.duration ?? Number.POSITIVE_INFINITY) * 1000
  while (!ending.aborted && performance.now() < endsAtMs) {
    const ledger = await collector.ledger(run.telemetry.sessionId)
    if (!flags.json) status.show(statusText(run.telemetry, ledger))
    await ended(ending, Math.min(statusIntervalMs, endsAtMs - performance.now()))
  }
  status.clear()
  playing.abort()
  await history
  await run.finish()
  const report = demoReport(run.telemetry, await finalLedger(collector, run.telemetry))
  await collector.close()

  if (flags.json || flags.duration !== undefined) printJson([report])
  else printMessage(summary(report))
  if (!isBalanced(report)) throw unbalanced(data)
  if (flags.duration === undefined)
    printMessage(`The events are in ${data}:\n  downlink query --data ${data} "FROM sessions"`)
  else await removeFolder(data)
}

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 })

function pagesOf({ pageFolder }: BattleGame): NonNullable<CollectorOptions['pages']> {
  if (pageFolder === undefined) return {}
  if (existsSync(pageFolder)) return { '/play': { folder: pageFolder, config: { enabled: true } } }
  printMessage(`The game's page is not built, so there is nothing to play: ${pageFolder} is missing.`)
  return {}
}

function greeting(game: BattleGame, flags: DemoFlags, url: string, data: string, pages: readonly string[]): string {
  const pace = flags.rate === undefined ? '' : `, ${flags.rate} events a second`
  const lines = [`${game.name} ${game.version}, seed ${flags.seed}${pace}`, `  data   ${data}`]
  if (!flags.headless) lines.push(`  watch  ${url}/`)
  for (const page of pages) lines.push(`  play   ${url}${page}/`)
  return lines.join('\n')
}

const ledgerTimeoutMs = 5000
const ledgerPollMs = 20

/** The ledger once the session has ended, or as it is after a while; none where nothing was ever sent. */
async function finalLedger(collector: Collector, { sessionId, stats }: Telemetry): Promise<Ledger | undefined> {
  const giveUpAtMs = performance.now() + ledgerTimeoutMs
  for (;;) {
    const ledger = await collector.ledger(sessionId)
    const isFinal = ledger === undefined ? stats().pushed === 0 : ledger.ended && !ledger.open
    if (isFinal || performance.now() > giveUpAtMs) return ledger
    await new Promise((resolve) => setTimeout(resolve, ledgerPollMs))
  }
}

const summary = (report: DemoReport): string =>
  Object.entries(report)
    .map(([name, value]) => `${name.padEnd(9)} ${value.toLocaleString('en')}`)
    .join('\n')

const unbalanced = (data: string): CliError =>
  new CliError('unbalanced', 'Not every event is accounted for', `Its events and ledger are kept in ${data}.`)

interface OpenCollector {
  readonly collector: Collector
  readonly url: string
  readonly telemetry: string
  readonly data: string
}

const portAttempts = 20

/**
 * Starts a collector on a port, or on one of the next where that is of no use.
 *
 * @throws {CollectorError} as `listen` does; `cannot_listen` only after twenty ports in a row
 */
async function openCollector(options: CollectorOptions, port: number): Promise<OpenCollector> {
  for (let candidate = port; ; candidate += 1) {
    const collector = createCollector(options)
    try {
      return { collector, ...(await collector.listen({ port: candidate })) }
    } catch (error) {
      await collector.close()
      if (!isOfThePort(error) || candidate === port + portAttempts - 1) throw error
    }
  }
}

/** Taken, or one that no browser connects to. */
function isOfThePort(error: unknown): boolean {
  const { code = '', cause } = error as NodeJS.ErrnoException
  return code === 'EADDRINUSE' || code === 'BLOCKED_PORT' || (cause !== undefined && isOfThePort(cause))
}
