/** Nothing lost, nothing twice: real clients, a bad network, beacons, and a collector and its store that are killed again and again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { startCollector } from './collector-process.ts'
import { createPlayer, type Player } from './player.ts'
import { createChance } from './random.ts'
import { openRelay } from './relay.ts'

const sessions = 8
const eventsPerSession = 25_000
const kills = 20

it('stores every event exactly once, in order, as it was pushed', { timeout: 300_000 }, async () => {
  const seed = Number(process.env.DOWNLINK_SEED ?? Date.now() % 1_000_000)
  // At once: a run that times out has no other chance to say it.
  console.log(`DOWNLINK_SEED=${seed}`)
  const chance = createChance(seed)
  const data = mkdtempSync(join(tmpdir(), 'downlink-conservation-'))
  let collector = await startCollector(data)
  const { port } = collector
  const relay = await openRelay(port, chance)
  const address = { socketUrl: `ws://127.0.0.1:${relay.port}/telemetry`, postUrl: `http://127.0.0.1:${port}/telemetry` }
  // One more, small and careless: what it drops must be in the ledger.
  const careful = Array.from({ length: sessions }, () =>
    createPlayer({ ...address, capacity: 5000, overflows: false, chance }),
  )
  const careless = createPlayer({ ...address, capacity: 300, overflows: true, chance })
  const players = [...careful, careless]
  try {
    for (const { telemetry } of players) telemetry.start()

    let killed = 0
    let storesKilled = 0
    let playing = true
    const killing = (async () => {
      while (playing || killed < kills) {
        await sleep(200 + chance(600))
        // The store alone, the collector alone, whose store ends with it, and both at different moments.
        if (chance(2) === 0) {
          await collector.killStore()
          storesKilled++
          await sleep(chance(400))
        }
        await collector.kill()
        killed++
        collector = await startCollector(data, port)
      }
    })()
    const isDone = (player: Player): boolean => player.pushed.length >= eventsPerSession
    while (killed < kills || !players.every(isDone)) {
      for (const player of players) {
        // The pace leaves events for the last kill.
        const pace = Math.ceil((eventsPerSession * (killed + 1)) / kills) - player.pushed.length
        player.play(Math.max(0, Math.min(200, pace, eventsPerSession - player.pushed.length)))
        if (chance(40) === 0) player.flicker()
      }
      await sleep(10)
    }
    playing = false
    await killing
    relay.calm()
    const flushed = await Promise.all(players.map(({ telemetry }) => telemetry.flush({ timeoutMs: 60_000 })))
    expect(flushed.map(({ remaining }) => remaining)).toEqual(players.map(() => 0))
    for (const { telemetry } of players) telemetry.stop()
    await collector.stored()
    expect(await collector.stop()).toBe(0)

    const totals = { pushed: 0, stored: 0, dropped: 0 }
    const database = await DuckDBInstance.create(join(data, 'downlink.duckdb'))
    const connection = await database.connect()
    for (const { telemetry, pushed } of players) {
      const { sessionId } = telemetry
      const events = await connection.runAndReadAll(
        'SELECT seq::INTEGER, type, epoch_ms(ts)::DOUBLE, data::VARCHAR FROM events WHERE session_id = $1 ORDER BY rowid',
        [sessionId],
      )
      const rows = await connection.runAndReadAll(
        'SELECT pushed::INTEGER, stored::INTEGER, missing::INTEGER, committed_seq::INTEGER, dropped::VARCHAR FROM sessions WHERE session_id = $1',
        [sessionId],
      )
      const [ledger = []] = rows.getRows()
      const { overflow = 0 } = JSON.parse(String(ledger[4])) as { overflow?: number }
      const stored = events.getRows()
      expect(ledger.slice(0, 4)).toEqual([pushed.length, pushed.length - overflow, 0, pushed.length])
      expect(stored.length).toBe(pushed.length - overflow)
      expect(telemetry === careless.telemetry ? overflow : 1 - overflow).toBeGreaterThan(0)
      let last = 0
      for (const [seq, ...event] of stored) {
        if (Number(seq) <= last) throw new Error(`Expected a sequence above ${last}, got ${seq}`)
        last = Number(seq)
        expect(event).toEqual(pushed[last - 1])
      }
      expect(telemetry.stats()).toMatchObject({ pushed: pushed.length, queued: 0, inFlight: 0 })
      totals.pushed += pushed.length
      totals.stored += stored.length
      totals.dropped += overflow
    }
    connection.closeSync()
    database.closeSync()
    console.log(`seed ${seed}: ${JSON.stringify({ ...totals, killed, storesKilled, ...relay.harm })}`)
    expect(totals.pushed).toBeGreaterThanOrEqual(200_000)
    expect(killed).toBeGreaterThanOrEqual(kills)
    expect(storesKilled).toBeGreaterThan(0)
  } catch (error) {
    throw new Error(`With DOWNLINK_SEED=${seed}: ${String(error)}`, { cause: error })
  } finally {
    for (const { telemetry } of players) telemetry.stop()
    await collector.kill()
    await relay.close()
    rmSync(data, { recursive: true, force: true })
  }
})
