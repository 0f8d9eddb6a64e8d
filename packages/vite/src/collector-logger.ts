/** Passes what a collector warns of on to Vite's log. */
import type { CollectorOptions } from '@downlink/collector'
import type { Logger } from 'vite'

type CollectorLogger = Exclude<CollectorOptions['logger'], false | undefined>

export function collectorLogger({ warn, error }: Logger): CollectorLogger {
  const logger: CollectorLogger = {
    level: 'warn',
    fatal: passOn(error),
    error: passOn(error),
    warn: passOn(warn),
    info: ignore,
    debug: ignore,
    trace: ignore,
    silent: ignore,
    child: () => logger,
  }
  return logger
}

const ignore = (): void => {}

/** A line of pino's is a text, or an object with details and a text. */
function passOn(write: Logger['warn']): (...line: unknown[]) => void {
  return (details, text) => {
    const message = typeof details === 'string' ? details : `${String(text)} ${JSON.stringify(details)}`
    write(`[downlink] ${message}`, { timestamp: true })
  }
}
