/** Reads an event that was rejected from the text that is kept of it. */
import { cutElement, type ReceivedElement } from '@downlink/protocol'

/** Undefined where the text is only a part, or was never JSON. */
export function readKeptElement(raw: string): ReceivedElement | undefined {
  // Of an object a part is no JSON; of a number it might be.
  if (!raw.startsWith('{')) return undefined
  try {
    return cutElement(raw, JSON.parse(raw))
  } catch {
    return undefined
  }
}
