/** Runs the process that sends what the log holds to a backend of OpenTelemetry. Started by a collector. */
import { join } from 'node:path'
import process from 'node:process'
import { openLogFiles } from './log/log-files.ts'
import { lowerPriority } from './lower-priority.ts'
import { createExporter, type Exporter } from './otlp/exporter.ts'
import type { FromOtlp, ToOtlp } from './otlp/messages.ts'
import { positionFile, readSentPosition, writeSentPosition } from './otlp/position-file.ts'
import { createTransport } from './otlp/transport.ts'

// Ctrl-C goes to the whole process group. The collector says when it is time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

let exporter: Promise<Exporter> | undefined

process.on('message', (message: ToOtlp) => {
  if (message.kind === 'start') exporter = start(message)
  else void exporter?.then((running) => receive(message, running))
})

async function start({ settings, dataFolder, end }: ToOtlp & { kind: 'start' }): Promise<Exporter> {
  lowerPriority()
  const path = join(dataFolder, positionFile)
  const position = await readSentPosition(path)
  if (position === undefined || position === 'unreadable') throw new Error(`Expected a position in ${path}`)
  return createExporter({
    settings,
    files: await openLogFiles(join(dataFolder, 'log')),
    transport: createTransport(settings),
    position,
    end,
    save: (next) => writeSentPosition(path, next),
    onProgress: (progress) => send({ kind: 'progress', progress }),
    onReport: (report) => send({ kind: 'report', report }),
  })
}

async function receive(message: Exclude<ToOtlp, { kind: 'start' }>, running: Exporter): Promise<void> {
  if (message.kind === 'synced') running.follow(message.end)
  else if (message.kind === 'forget') running.forget(message.sessionIds, message.until)
  else if (message.kind === 'skip') running.skipTo(message.segment)
  else {
    await running.stop()
    process.exit(0)
  }
}

function send(message: FromOtlp): void {
  // That the collector is gone is known only later.
  if (process.connected) process.send?.(message, () => {})
}
