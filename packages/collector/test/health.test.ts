/** What the collector tells of itself, also while its database is away. */
import type { Health } from '@downlink/collector'
import { expect, it, vi } from 'vitest'
import { aClient, aCollector } from './harness.ts'

type OwnHealth = Extract<Health, { readonly cluster: null }>

it('tells disk, memory, commits, versions, and who was refused for what', async () => {
  const { listening } = await aCollector({ commit: { maxLogBytes: 67_108_864 } })
  const read = async (): Promise<OwnHealth> => (await fetch(`${listening.url}/api/health`)).json()
  const post = (headers = {}) =>
    fetch(`${listening.url}/telemetry`, { method: 'POST', headers, body: '[{"type":"x"}]' })
  await aClient(listening)
  expect((await post()).status).toBe(200)
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403)

  const health = await read()
  expect(health).toMatchObject({
    versions: { collector: '0.1.0', node: process.version, database: expect.stringMatching(/^v\d+\.\d+\.\d+/) },
    disk: { maxLogBytes: 67_108_864 },
    commits: { failed: 0 },
    refusals: [{ origin: 'https://evil.example', reason: 'forbidden', refusals: 2 }],
    reports: {},
  })
  expect(health.disk.logBytes).toBeGreaterThan(0)
  expect(health.disk.databaseBytes).toBeGreaterThan(0)
  expect(health.disk.freeBytes).toBeGreaterThan(0)
  expect(health.memory.collectorBytes).toBeGreaterThan(1_000_000)
  expect(health.commits.medianMs).toBeGreaterThan(0)
  expect(health.backup).toBeNull()
  await (await fetch(`${listening.url}/api/backup`, { method: 'POST' })).text()
  const { backup, backups, retention } = await read()
  expect(backup).toEqual({ at: expect.any(Number), bytes: expect.any(Number) })
  // Not where: that is nothing for readers.
  expect(backups).toEqual([{ ...backup, deletedAt: null, deletedAfter: 7, expectedAt: null }])
  expect(retention.keepBackupsMs).toBeNull()
  await vi.waitFor(async () => expect((await read()).disk.usedBytes).toEqual(expect.any(Number)), 5000)
  expect(await (await fetch(`${listening.url}/metrics`)).text()).toMatch(/downlink_backup_timestamp_seconds [1-9]/)
  // The store process tells it once a second.
  await vi.waitFor(async () => expect((await read()).memory.storeBytes).toBeGreaterThan(1_000_000), 5000)
})
