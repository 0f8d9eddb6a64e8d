/** Says why no event has come, by what the collector has seen. */
import type { Environment } from './environment.ts'

/** What of the collector's answer to `api/health` is needed. */
interface Refused {
  /** Null of what names none. */
  readonly origin: string | null
  readonly reason: string
}

/**
 * @param page of the collector, with a slash at its end
 * @param whereToLook where no page has been seen
 */
export async function whyNothingCame(
  page: string,
  { fetchText }: Pick<Environment, 'fetchText'>,
  whereToLook: string,
): Promise<string> {
  try {
    const [health, metrics] = await Promise.all([fetchText(`${page}api/health`), fetchText(`${page}metrics`)])
    const [refused]: readonly Refused[] = JSON.parse(health).refusals
    if (refused) {
      return `No event yet. The collector refuses the pages of ${refused.origin ?? 'no origin'} (${refused.reason}): open the game at http://localhost. ${page}#/health has all refusals.`
    }
    if (/^downlink_events_rejected_total\{.*\} [1-9]/m.test(metrics)) {
      return `No event yet that was taken. Some were rejected: ${page}#/rejected says why.`
    }
    if (/^downlink_sockets [1-9]/m.test(metrics)) {
      return "No event yet, but a page is connected: play, or have the game call telemetry.push('hello', {})."
    }
    return `No event yet, and no page has connected. ${whereToLook} A player who has not consented is not recorded (consent, setEnabled). In the game, telemetry.status() says how it stands.`
  } catch (error) {
    return `No event yet, and the collector at ${page} does not answer: ${String(error)}`
  }
}
