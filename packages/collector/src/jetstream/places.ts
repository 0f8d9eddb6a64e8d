/**
 * Numbers messages so that those of a stream come after all of any stream before it: a store compares places, and a stream
 * that was made anew begins at 1 again.
 */
import type { StreamInfo } from '@nats-io/jetstream'

/** Of a message that would have sequence 0. In microseconds since 1970: no stream takes more messages than those pass. */
export const firstPlaceOf = ({ created }: Pick<StreamInfo, 'created'>): number => Date.parse(created) * 1000
