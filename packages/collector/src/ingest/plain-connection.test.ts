import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { limitDefaults } from '../options.ts'
import type { CommitResult, Session } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { createPlainConnection, type PlainConnectionOptions } from './plain-connection.ts'

const settled = () => new Promise(setImmediate)

it('reads no more of a sender without acks while too much of it waits for its commit', async () => {
  const steps: string[] = []
  let commit = (_result: CommitResult): void => {}
  const session = {
    pendingEvents: 2 * limitDefaults.windowEvents + 1,
    attach: () => true,
    takePlain: () =>
      new Promise<CommitResult>((resolve) => {
        commit = resolve
      }),
  }
  const connection = createPlainConnection({
    socket: { pause: () => steps.push('pause'), resume: () => steps.push('resume'), close() {} },
    sessions: { openPlain: () => session as unknown as Session } as unknown as Sessions,
    keys: { authorise: async () => ({ ok: true, grant: { status: () => 'valid' } }) },
    key: undefined,
    rateLimiter: { allows: () => true },
    hold: () => () => {},
    limits: limitDefaults,
    wallMs: () => 0,
  } as unknown as PlainConnectionOptions)
  await settled()
  steps.length = 0
  const text = '[{"type":"a"}]'
  connection.receive(text, Buffer.from(text))
  await settled()
  expect(steps).toEqual(['pause'])
  commit({ kind: 'committed', record: newRecord('s', 0), rejected: [] })
  await settled()
  expect(steps).toEqual(['pause', 'resume'])
})
