/** Tells work that whoever asked for it has gone. */
import type { FastifyReply } from 'fastify'

export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}
