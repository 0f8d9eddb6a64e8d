/** Puts the real ingest before the sessions of a collector: what comes over a socket, and what is posted. */
import { createKeys } from '../../packages/collector/src/access/keys.ts'
import { createSignedTokens } from '../../packages/collector/src/access/signed-tokens.ts'
import { createAckedConnection } from '../../packages/collector/src/ingest/acked-connection.ts'
import { createPendingWork } from '../../packages/collector/src/ingest/pending-work.ts'
import { createPostIngest, type PostIngest } from '../../packages/collector/src/ingest/post.ts'
import { createAddressRateLimiter } from '../../packages/collector/src/ingest/rate-limiter.ts'
import type { Connection, Socket } from '../../packages/collector/src/ingest/socket.ts'
import { limitDefaults } from '../../packages/collector/src/options.ts'
import type { Sessions } from '../../packages/collector/src/session/sessions.ts'

export interface Ingest {
  /** Serves a socket that was accepted. */
  serve(socket: Socket): Connection
  readonly post: PostIngest
}

/** Small, so that a client has to wait for acks. */
const windowEvents = 8

export function createIngest(sessions: Sessions, wallMs: () => number): Ingest {
  const keys = createKeys([], createSignedTokens([], wallMs))
  const pending = createPendingWork(limitDefaults)
  const limits = { ...limitDefaults, windowEvents }
  return {
    serve: (socket) =>
      createAckedConnection({
        ...{ socket, sessions, keys, limits, wallMs },
        rateLimiter: { allows: () => true },
        hold: pending.holdFor('player'),
      }),
    post: createPostIngest({
      ...{ sessions, keys, limits, pending, wallMs },
      eventRateLimiter: createAddressRateLimiter(Number.MAX_SAFE_INTEGER, wallMs),
    }),
  }
}
