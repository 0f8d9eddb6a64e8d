/** What of a hello is kept with the session. */
import type { Hello } from '@downlink/protocol'
import type { Introduction } from '../commit/session-batch.ts'
import { hashOf } from '../session/proof.ts'

export const introductionOf = ({ proof, now, schema, meta }: Hello, nowMs: number): Introduction => ({
  delivery: 'acked',
  proofHash: hashOf(proof),
  clockOffsetMs: nowMs - now,
  build: meta?.build,
  labels: meta?.labels,
  schema,
})
