/**
 * Clients that outlive a restore: what they were acknowledged beyond the backup stands as missing, session by session, and
 * they go on. And one that outlives its own session, which was forgotten.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createTelemetry, type Telemetry } from '@downlink/client'
import { createCollector, type Listening } from '@downlink/collector'
import { restoreBackup } from '@downlink/collector/doctor'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { aFolder } from '../packages/collector/test/harness.ts'
import { expectLedgersToAddUp } from '../packages/collector/test/ledger-equation.ts'

async function aCollectorAt(data: string, port: number) {
  const collector = createCollector({ data, logger: false })
  onTestFinished(() => collector.close())
  const listening = await collector.listen({ port })
  return { collector, listening, query: async (sql: string) => (await collector.query(sql)).rows }
}

function aPlayer({ telemetry: url }: Listening, player: string) {
  const telemetry = createTelemetry({
    ...{ url, enabled: true, labels: { player }, drainIntervalMs: 10, backoffBaseMs: 20 },
    environment: { createSocket: (address, protocols) => new WebSocket(address, [...protocols]) as never },
  })
  telemetry.start()
  onTestFinished(() => telemetry.stop())
  return telemetry
}

async function send(telemetry: Pick<Telemetry, 'push' | 'flush'>, events: number): Promise<void> {
  for (let at = 0; at < events; at++) telemetry.push('hit', { at })
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
}

async function backUp({ url }: Listening): Promise<string> {
  const answer = await (await fetch(`${url}/api/backup`, { method: 'POST' })).text()
  return JSON.parse(answer.trim().split('\n').at(-1) ?? '').result.path
}

it('counts what each was acknowledged beyond the backup as missing, and stores what it sends from then on', async () => {
  const data = await aFolder()
  const before = await aCollectorAt(data, 0)
  const [early, gone] = [aPlayer(before.listening, 'early'), aPlayer(before.listening, 'gone')]
  await send(early, 5)
  await send(gone, 4)
  await before.query('FROM events')
  const backup = await backUp(before.listening)
  await send(early, 3)
  await send(gone, 1)
  const late = aPlayer(before.listening, 'late')
  await send(late, 2)
  gone.stop()
  await before.collector.close()
  // With the log nothing would be missing.
  await rm(join(data, 'log'), { recursive: true })
  await restoreBackup(backup, data)

  const after = await aCollectorAt(data, Number(new URL(before.listening.url).port))
  await send(early, 1)
  await send(late, 1)
  const ledgers =
    await after.query(`SELECT labels->>'player', ledgers.pushed::INT, ledgers.stored::INT, ledgers.missing::INT
    FROM ledgers JOIN sessions USING (session_id) ORDER BY 1`)
  expect(ledgers).toEqual([
    ['early', 9, 6, 3],
    ['gone', 4, 4, 0],
    ['late', 3, 1, 2],
  ])
  await expectLedgersToAddUp(after.query)
  expect([early.stats(), late.stats()]).toMatchObject([
    { pushed: 9, acked: 9 },
    { pushed: 3, acked: 3 },
  ])
})

it('stops where its session was forgotten: what it holds stays queued, whatever is pushed still, and the ledger adds up', async () => {
  const { listening, query } = await aCollectorAt(await aFolder(), 0)
  const player = aPlayer(listening, 'Ada')
  await send(player, 5)
  await fetch(`${listening.url}/api/forget?where=true`, { method: 'POST' }).then((answer) => answer.text())
  await expect.poll(() => player.status(), { timeout: 20_000 }).toMatchObject({ status: 'stopped' })
  for (let at = 0; at < 6000; at++) player.push('hit', { at })
  expect(player.status()).toMatchObject({ message: expect.stringContaining('was forgotten') })
  expect(player.stats()).toMatchObject({
    pushed: 6005,
    acked: 5,
    queued: 5000,
    inFlight: 0,
    dropped: { overflow: 1000 },
  })
  expect(await query('SELECT pushed::INT, forgotten::INT, stored::INT FROM ledgers')).toEqual([[5, 5, 0]])
  await expectLedgersToAddUp(query)
})
