/** Logs what the sending to OpenTelemetry has to say: of each kind a line now and then, for a backend may refuse thousands of records a second. */
import type { FastifyBaseLogger } from 'fastify'
import type { OtlpReport } from './messages.ts'

export interface OtlpReports {
  add(report: OtlpReport): void
}

const lineIntervalMs = 10_000

/** @param now a monotonic clock, in ms */
export function createOtlpReports(logger: FastifyBaseLogger, now: () => number): OtlpReports {
  const nextLineMs = new Map<OtlpReport['code'], number>()
  return {
    add(report) {
      const { code } = report
      if (now() < (nextLineMs.get(code) ?? 0)) return
      nextLineMs.set(code, now() + lineIntervalMs)
      if (code === 'back') logger.info(report, sentences[code])
      else logger.warn(report, sentences[code])
    },
  }
}

const sentences: { readonly [Code in OtlpReport['code']]: string } = {
  away: 'OpenTelemetry takes nothing now: events wait in the log, and it is tried again',
  back: 'OpenTelemetry takes events again',
  rejected: 'OpenTelemetry has REJECTED records of a request: they are counted, and not sent again',
  refused: 'OpenTelemetry REFUSES a record: it is counted, and not sent again',
  skipped: 'Events were NOT SENT to OpenTelemetry: there was no room to keep them any longer',
  gap: 'The log does NOT HAVE any more what was to be sent to OpenTelemetry next: how much that was is not known',
  failed: 'What is to be sent to OpenTelemetry can not be read or kept: it is tried again',
}
