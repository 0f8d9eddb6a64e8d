/** Writes the collector's log on stderr: JSON for machines, short lines for people. */
import { isatty } from 'node:tty'
import { printableJson, printableLine } from '@downlink/artifacts/node'
import pc from 'picocolors'
import { type Logger, pino } from 'pino'
import type { StatusLine } from './status-line.ts'

export type LogLevel = 'debug' | 'info' | 'warn'

/** @param statusLine gets out of the way of what is logged */
export function createLog(level: LogLevel, statusLine?: StatusLine): Logger {
  const pretty = isatty(2)
  return pino(
    { level, base: null },
    {
      write(line: string) {
        statusLine?.clear()
        process.stderr.write(pretty ? prettyLine(line) : printableJson(line))
      },
    },
  )
}

const labels: Readonly<Record<number, string>> = {
  20: pc.dim('debug'),
  30: pc.cyan('info '),
  40: pc.yellow('warn '),
  50: pc.red('error'),
  60: pc.red('fatal'),
}

/** `12:04:31 info  listening  url=http://127.0.0.1:4180` */
function prettyLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line)
  const clock = new Date(time).toTimeString().slice(0, 8)
  const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const fault = err === undefined ? [] : [err.message ?? JSON.stringify(err)]
  const text = printableLine([msg, ...fault].join(' '))
  return `${[pc.dim(clock), labels[level] ?? level, text, pc.dim(printableLine(details.join(' ')))].join(' ').trimEnd()}\n`
}
