/** A publisher under a deadline, whose every fault becomes a result. */
import type { AdapterSettings } from './adapter-options.ts'
import { underDeadline } from './deadline.ts'
import { messageOf } from './errors.ts'
import type { ArtifactPublisher, PublishFailureCode, PublishResult } from './publish-result.ts'
import type { SetTimer } from './timer.ts'

export interface PublishingOptions {
  readonly settings: AdapterSettings
  readonly context: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal | undefined
  readonly now: () => number
  readonly setTimer: SetTimer
}

/** Never rejects. */
export async function publishGuarded(
  publisher: ArtifactPublisher,
  paths: readonly string[],
  { settings, context, signal, now, setTimer }: PublishingOptions,
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
  if (outcome.ok) return outcome.value
  const { error } = outcome
  return error instanceof PublishingEnded
    ? failed(error.code, error.message)
    : failed('publisher_failed', `The publisher threw: ${messageOf(error)}`)
}

/** Only travels from the deadline to the result. */
class PublishingEnded extends Error {
  readonly code: PublishFailureCode

  constructor(code: PublishFailureCode, message: string) {
    super(message)
    this.code = code
  }
}
