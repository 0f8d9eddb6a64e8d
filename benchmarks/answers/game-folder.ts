/**
 * Makes the data folder of `../answers.ts`: weeks of a made-up web game, in the collector's own tables as its sink would
 * have left them. Sending as much takes half an hour; SQL takes minutes. Each number is drawn from a hash, so that the
 * same size gives the same game, whatever the machine.
 */
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { summariseSessions } from '../../packages/collector/src/store/event-summary.ts'

/** Grows with each change of what is made here. */
const makerVersion = 2
/** From 2026-01-05, a Monday. */
const firstDayMs = 1_767_571_200_000
const days = 60
const eventsPerSession = 33.5
const sessionsPerPlayer = 3.4
/** Of the rows of a step: a day or more of the game. */
const eventsPerStep = 400_000

/** A number from 0 to 1 for each row and purpose. */
const draw = (key: string, purpose: string): string => `(hash(${key}, '${purpose}') / 18446744073709551616.0)`
const pick = (key: string, purpose: string, ...names: readonly string[]): string =>
  `['${names.join("', '")}'][1 + (${draw(key, purpose)} * ${names.length})::INT % ${names.length}]`

/** Most play once; a few come back for weeks. Each has one device. */
const players = (count: number): string => `CREATE TEMP TABLE players AS SELECT
    'p' || player AS player,
    floor(${draw('player', 'first day')} * ${days}) AS first_day,
    least(40, 1 + floor(-ln(1 - ${draw('player', 'sessions')}) * ${sessionsPerPlayer - 0.5})) AS sessions,
    ${pick('player', 'gpu', 'NVIDIA GeForce RTX 3060', 'NVIDIA GeForce GTX 1650', 'Intel Iris Xe Graphics', 'Intel UHD Graphics 620', 'Apple M1', 'AMD Radeon 780M', 'Adreno 640', 'Mali-G78')} AS gpu,
    ${pick('player', 'os', 'Windows', 'Windows', 'Windows', 'macOS', 'Linux', 'Android')} AS os,
    ${pick('player', 'locale', 'en', 'de', 'fr', 'ja', 'pt', 'es')} AS locale,
    ${draw('player', 'skill')} AS skill,
    -- Most clocks are right to a second; one in two hundred is a year behind.
    (${draw('player', 'clock')} - 0.5) * 2000 - CASE WHEN ${draw('player', 'year')} < 0.005 THEN 31536000000 ELSE 0 END AS device_lag_ms
  FROM range(${count}) AS numbers(player)`

/** Their ids begin with their time, as the client makes them. One in fifty is played offline, and comes hours later. */
const plays = (count: number): string => `CREATE TEMP TABLE plays AS SELECT *,
    lower(format('{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}', start_ms // 65536, start_ms % 65536, (play % 4096)::BIGINT,
      (hash(play, 'variant') % 4096)::BIGINT, (hash(play, 'id') % 281474976710656)::BIGINT)) AS session_id,
    '1.' || (4 + day // 7) || '.' || CASE WHEN ${draw('play', 'patch')} < 0.6 THEN 0 ELSE 1 END AS build,
    2 + floor(-ln(1 - ${draw('play', 'length')}) * ${eventsPerSession - 2.5})::BIGINT AS pushed,
    CASE WHEN ${draw('play', 'offline')} < 0.02 THEN (${draw('play', 'late')} * 43200000)::BIGINT ELSE 0 END AS late_ms,
    play % 400 = 7 AS loses,
    ${draw('play', 'ended')} < 0.85 AS ended
  FROM (
    SELECT row_number() OVER (ORDER BY start_ms, player, visit) AS play, *, (start_ms - ${firstDayMs}) // 86400000 AS day
    FROM (
      SELECT player, gpu, os, locale, skill, device_lag_ms, visit,
        ${firstDayMs} + ((first_day + visit * (0.4 + 2 * ${draw('player, visit', 'gap')}) + ${draw('player, visit', 'hour')}) * 86400000)::BIGINT AS start_ms
      FROM (SELECT *, unnest(range(sessions::BIGINT)) AS visit FROM players)
    )
    ORDER BY start_ms, player, visit LIMIT ${count}
  )`

/** What each push was: a level begins with every twelfth, and ends before the next, by its completion or by a death. */
const pushes = (from: number, to: number): string => `CREATE OR REPLACE TEMP TABLE pushes AS SELECT *,
    CASE
      WHEN chance < 0.003 THEN 'drop' WHEN chance < 0.004 THEN 'reject'
      WHEN seq = 1 THEN 'game_started' WHEN seq % 12 = 2 THEN 'level_started'
      WHEN seq % 12 = 1 THEN CASE WHEN ${draw('play, seq', 'won')} < 0.35 + skill / 2 THEN 'level_completed' ELSE 'player_died' END
      WHEN chance > 0.9965 THEN CASE WHEN chance > 0.999 THEN 'error' ELSE 'unhandledrejection' END
      WHEN seq % 3 = 0 THEN 'frame_times' WHEN seq % 12 IN (5, 10) THEN 'player_died' ELSE 'item_collected'
    END AS type
  FROM (
    SELECT *, ${draw('play, seq', 'chance')} AS chance, 1 + (seq - 2) // 12 AS level,
      start_ms + seq * 4000 + (${draw('play, seq', 'pause')} * 3000)::BIGINT AS at_ms,
      start_ms + seq * 4000 + 3000 + late_ms + (${draw('play, seq', 'delay')} * 900)::BIGINT AS came_ms
    FROM (SELECT *, unnest(range(1, pushed + 1)) AS seq FROM plays WHERE play BETWEEN ${from} AND ${to})
  )`

/** Of slower devices in later levels, and now and then a frame that takes a second. */
const frameMs = `(CASE WHEN gpu LIKE 'NVIDIA%' THEN 7 WHEN gpu LIKE 'Intel%' THEN 17 ELSE 12 END + level / 2
  + ${draw('play, seq', 'frame')} * 4 + CASE WHEN ${draw('play, seq', 'hitch')} < 0.01 THEN 900 * ${draw('play, seq', 'how long')} ELSE 0 END)`

const payload = `CASE type
    WHEN 'frame_times' THEN format('{{"level":{},"p50":{:.2f},"p95":{:.2f},"max":{:.2f},"frames":{}}}', level, ${frameMs}, ${frameMs} * 1.4, ${frameMs} * 2, (4000 / ${frameMs})::INT)
    WHEN 'player_died' THEN format('{{"level":{},"x":{:.1f},"y":{:.1f},"cause":"{}"}}', level,
      1920 * power(${draw('play, seq', 'x')}, 1 + level % 3), 1080 * ${draw('play, seq', 'y')}, ${pick('play, seq', 'cause', 'fall', 'fire', 'spikes', 'boss')})
    WHEN 'item_collected' THEN format('{{"item":"{}","count":{},"level":{}}}', ${pick('play, seq', 'item', 'coin', 'key', 'potion', 'sword', 'map')}, 1 + seq % 5, level)
    WHEN 'game_started' THEN '{"mode":"story"}'
    WHEN 'error' THEN format('{{"name":"TypeError","message":"Cannot read properties of undefined (reading ''{}'')","stack":"TypeError: at update (game.js:{}:17)\\n    at frame (game.js:88:5)"}}', ${pick('play, seq', 'what', 'position', 'health', 'sprite')}, 100 + (hash(play, seq) % 40)::INT)
    WHEN 'unhandledrejection' THEN '{"name":"NetworkError","message":"Failed to fetch"}'
    ELSE format('{{"level":{}}}', level)
  END`

const insertEvents = `INSERT INTO events SELECT session_id, seq, type, 1, make_timestamp_ms((at_ms - device_lag_ms)::BIGINT),
    make_timestamp_ms(came_ms), ${payload}, NULL, make_timestamp_ms(at_ms), NULL
  FROM pushes WHERE type NOT IN ('drop', 'reject') ORDER BY came_ms, session_id, seq`

const insertRejected = `INSERT INTO rejected_events SELECT session_id, seq, 'invalid_payload',
    'data.level: Invalid input: expected number, received string', '{"type":"level_started","data":{"level":"two"}}', make_timestamp_ms(came_ms), NULL
  FROM pushes WHERE type = 'reject' ORDER BY came_ms`

const insertSessions = `INSERT INTO sessions BY NAME SELECT session_id, 'acked' AS delivery, max(seq) AS committed_seq,
    max(seq) + CASE WHEN any_value(loses) THEN 5 ELSE 0 END AS pushed,
    count(*) FILTER (type NOT IN ('drop', 'reject')) AS stored,
    CASE WHEN count(*) FILTER (type = 'reject') > 0 THEN '{"invalid_payload":' || count(*) FILTER (type = 'reject') || '}' ELSE '{}' END AS rejected,
    CASE WHEN count(*) FILTER (type = 'drop') > 0 THEN '{"overflow":' || count(*) FILTER (type = 'drop') || '}' ELSE '{}' END AS dropped,
    0 AS missing, any_value(ended) AS ended, make_timestamp_ms(min(came_ms)) AS first_seen, make_timestamp_ms(max(came_ms)) AS last_seen,
    any_value(device_lag_ms) AS clock_offset_ms, any_value(build) AS build,
    json_object('player', any_value(player), 'gpu', any_value(gpu), 'os', any_value(os), 'locale', any_value(locale)) AS labels,
    'game 1' AS schema, repeat('0', 64) AS proof_hash
  FROM pushes GROUP BY session_id`

/** Makes the folder, unless it is there and has a game of this size. */
export async function makeGame(folder: string, events: number): Promise<void> {
  const marker = join(folder, `game-${makerVersion}-of-${events}`)
  if (existsSync(marker)) return
  await rm(folder, { recursive: true, force: true })
  // It makes the tables.
  const collector = createCollector({ data: folder, logger: false })
  await collector.listen({ port: 0 })
  await collector.close()
  const instance = await DuckDBInstance.create(join(folder, 'downlink.duckdb'))
  const connection = await instance.connect()
  await fill(connection, Math.round(events / eventsPerSession))
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  await rename(join(folder, 'exports'), marker)
}

async function fill(connection: DuckDBConnection, sessions: number): Promise<void> {
  // More than so many sessions have to be drawn: some fall behind the last day.
  await connection.run(players(Math.ceil((sessions / sessionsPerPlayer) * 1.05)))
  await connection.run(plays(sessions))
  const step = Math.ceil(eventsPerStep / eventsPerSession)
  for (let from = 1; from <= sessions; from += step) {
    await connection.run(pushes(from, from + step - 1))
    for (const insert of [insertEvents, insertRejected, insertSessions]) await connection.run(insert)
  }
  await connection.run(summariseSessions)
}
