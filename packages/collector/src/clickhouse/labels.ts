/** Reads out of ClickHouse what sessions can be told apart by: their labels and builds, and the types of their events. */
import { verifyName } from '@downlink/protocol'
import { type BuildSummary, type Labels, labelsOf, most, type TypeSummary } from '../query/labels.ts'
import type { Reader } from './reader.ts'

const isPlayers = `NOT JSONHas(ifNull(labels, ''), '${verifyName}')`

/** Each label that a session has or had, and each of its values, counts once a session. */
const selectLabels = `WITH entries AS (
    SELECT DISTINCT session_id, arrayJoin(JSONExtractKeysAndValues(ifNull(labels, '{}'), 'String')) AS entry FROM (
      SELECT session_id, labels FROM session_rows FINAL UNION ALL SELECT session_id, labels FROM current_labels
    ) WHERE ${isPlayers}
  ), counted AS (SELECT entry.1 AS name, entry.2 AS value, count() AS sessions FROM entries GROUP BY name, value),
  names AS (
    SELECT name, sum(sessions) AS total, count() AS distinct_values FROM counted
    GROUP BY name ORDER BY total DESC, name LIMIT ${most.labels}
  )
  SELECT name, total, distinct_values, value, sessions FROM names JOIN counted USING (name)
  ORDER BY total DESC, name, sessions DESC, value LIMIT ${most.values} BY name`

const selectBuilds = `SELECT build, count() AS sessions, max(last_seen) AS lastSeen FROM session_rows FINAL
  WHERE build IS NOT NULL GROUP BY build ORDER BY lastSeen DESC, build LIMIT ${most.builds}`

const selectTypes = `SELECT type, count() AS events FROM current_events WHERE type <> '${verifyName}'
  GROUP BY type ORDER BY events DESC, type LIMIT ${most.types}`

interface LabelRow {
  readonly name: string
  readonly total: number
  readonly distinct_values: number
  readonly value: string
  readonly sessions: number
}

export function createLabels(reader: Reader): Labels {
  return {
    async read() {
      const [labels, builds, types] = await Promise.all([
        reader.rows<LabelRow>(selectLabels),
        reader.rows<BuildSummary>(selectBuilds),
        reader.rows<TypeSummary>(selectTypes),
      ])
      const rows = labels.map(({ name, total, distinct_values, value, sessions }) => [
        ...[name, total, distinct_values, value, sessions],
      ])
      return { labels: labelsOf(rows), builds, types }
    },
  }
}
