/** Calls a publisher under a deadline, and makes a result of its every fault. */

import { kindOf, messageOf } from '@downlink/protocol'
import { underDeadline } from './deadline.ts'
import type { ExportRun } from './export-context.ts'
import type { ArtifactPublisher, PublishFailureCode, PublishResult } from './publish-result.ts'

/** Never rejects. */
export async function publishGuarded(
  publisher: ArtifactPublisher,
  paths: readonly string[],
  { settings, context, signal, now, setTimer }: ExportRun,
): Promise<PublishResult> {
  const { publishTimeoutMs, graceMs } = settings
  const startedMs = now()
  const failed = (code: PublishFailureCode, message: string): PublishResult => ({
    ok: false,
    provider: 'none',
    status: 'failed',
    artifactName: '',
    commands: [],
    notes: [],
    failures: [{ code, message }],
    durationMs: now() - startedMs,
  })
  const outcome = await underDeadline((ownSignal) => publisher.publish(paths, { ...context, signal: ownSignal }), {
    timeoutMs: publishTimeoutMs,
    graceMs,
    setTimer,
    signal,
    onTimeout: () =>
      new PublishingEnded('publisher_timeout', `The publisher had not ended after ${publishTimeoutMs} ms`),
    onAbort: (reason) => new PublishingEnded('aborted', `The export was aborted: ${messageOf(reason)}`),
  })
  if (outcome.ok) {
    if (isResult(outcome.value)) return outcome.value
    return failed('publisher_failed', `Expected the publisher to return a result, got ${kindOf(outcome.value)}`)
  }
  const { error, late } = outcome
  if (!(error instanceof PublishingEnded)) {
    return failed('publisher_failed', `The publisher threw: ${messageOf(error)}`)
  }
  if (!isResult(late)) return failed(error.code, error.message)
  // Told to end, it knows best how far it had come: which commands had run, and where the manifest is.
  if (late.ok) return late
  return { ...late, failures: [{ code: error.code, message: error.message }, ...late.failures] }
}

/** A publisher is somebody else's code: what is no result must not pass for a success. */
const isResult = (value: PublishResult | undefined): value is PublishResult =>
  typeof value === 'object' && value !== null && typeof value.ok === 'boolean' && Array.isArray(value.failures)

/** Only travels from the deadline to the result. */
class PublishingEnded extends Error {
  readonly code: PublishFailureCode

  constructor(code: PublishFailureCode, message: string) {
    super(message)
    this.code = code
  }
}
