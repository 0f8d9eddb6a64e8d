/** Picks the clock by which a session is shown at first: the corrected one, unless it was set in the midst of the session. */
import type { ClockName, EventColumns } from './event-columns.ts'
import { lengthOf } from './viewport.ts'

/** As the collector judges a session's length: no page is played offline for longer than that, and then sent at once. */
const unheardMs = 86_400_000

export const suitableClock = (columns: EventColumns): ClockName =>
  lengthOf(columns.extent('corrected')) > lengthOf(columns.extent('received')) + unheardMs ? 'received' : 'corrected'
