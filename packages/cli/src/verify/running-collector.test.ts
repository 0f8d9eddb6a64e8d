import { expect, it } from 'vitest'
import type { ApiClient } from '../api-client.ts'
import { removeSessions } from './running-collector.ts'

/** A collector that comes to the step at which it waits for sinks, and no further. */
const waiting: Pick<ApiClient, 'change'> = {
  change: (_method, _path, onProgress, signal) =>
    new Promise((_, reject) => {
      onProgress({ step: 'sinks' } as never)
      signal?.addEventListener('abort', () => reject(signal.reason))
    }),
}

it('waits for the removal of what it sent for a while, and says then at which step that is, and how to do it later', async () => {
  await expect(removeSessions(waiting, { verified: 'cluster', run: 'a-run' }, 1)).rejects.toMatchObject({
    code: 'refused',
    message: 'What the verification sent is not removed in time; the step of the collector is: sinks',
    advice: `Remove it later: downlink forget --where "JSONExtractString(labels, 'downlink_verify') = 'a-run'"`,
  })
})
