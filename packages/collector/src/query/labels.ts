/** Reads what sessions can be told apart by: their labels and builds, and the types of their events. */
import { isPlayers } from './players-only.ts'
import type { Readers } from './readers.ts'

export interface LabelPage {
  /** Those that most sessions have come first. */
  readonly labels: readonly LabelSummary[]
  /** Those that were heard of last come first. */
  readonly builds: readonly BuildSummary[]
  /** Those of most events come first. */
  readonly types: readonly TypeSummary[]
}

export interface LabelSummary {
  readonly name: string
  /** How many sessions have it, or had it: one for each of its values that a session had. */
  readonly sessions: number
  /** How many values it has. */
  readonly distinct: number
  /** Those that most sessions have, most first. */
  readonly values: readonly { readonly value: string; readonly sessions: number }[]
}

export interface BuildSummary {
  readonly build: string
  readonly sessions: number
  /** When a session of it was last heard of, in ms since 1970. */
  readonly lastSeen: number
}

export interface TypeSummary {
  readonly type: string
  readonly events: number
}

export interface Labels {
  read(): Promise<LabelPage>
}

/** Whatever is beyond is left out: these are what people pick from. */
export const most = { labels: 100, values: 20, builds: 200, types: 500 }

/** All sessions of a player on a device mostly have the same labels, which are read once; those whose labels changed are read one by one. */
const selectLabels = `WITH kinds AS (
    SELECT labels, count(*) AS sessions FROM sessions WHERE labels IS NOT NULL GROUP BY labels
  ), entries AS (
    SELECT unnest(map_entries(labels::MAP(VARCHAR, VARCHAR))) AS entry, sessions FROM kinds WHERE ${isPlayers.sessions}
  ), earlier AS (
    SELECT DISTINCT session_id, unnest(map_entries(labels::MAP(VARCHAR, VARCHAR))) AS entry FROM collector.earlier_labels
    WHERE labels IS NOT NULL AND ${isPlayers.sessions}
  ), gone AS (
    SELECT entry, 1 AS sessions FROM earlier JOIN sessions USING (session_id)
    WHERE (labels->>entry.key) IS DISTINCT FROM entry.value
  ), counted AS (
    SELECT entry.key AS name, entry.value AS value, sum(sessions) AS sessions
    FROM (FROM entries UNION ALL FROM gone) GROUP BY ALL
  ), names AS (
    SELECT name, sum(sessions) AS total, count(*) AS distinct_values FROM counted
    GROUP BY name ORDER BY total DESC, name LIMIT ${most.labels}
  )
  SELECT name, total, distinct_values, value, sessions FROM names JOIN counted USING (name)
  QUALIFY row_number() OVER (PARTITION BY name ORDER BY sessions DESC, value) <= ${most.values}
  ORDER BY total DESC, name, sessions DESC, value`

const selectBuilds = `SELECT build, count(*), epoch_ms(max(last_seen)) FROM sessions WHERE build IS NOT NULL
  GROUP BY build ORDER BY max(last_seen) DESC, build LIMIT ${most.builds}`

const selectTypes = `SELECT type, count(*) FROM events WHERE ${isPlayers.events}
  GROUP BY type ORDER BY count(*) DESC, type LIMIT ${most.types}`

export function createLabels(readers: Readers): Labels {
  return {
    read: () =>
      readers.run(async (connection) => {
        const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
        return {
          labels: labelsOf(await rowsOf(selectLabels)),
          builds: (await rowsOf(selectBuilds)).map(([build, sessions, lastSeen]) => ({
            build: String(build),
            sessions: Number(sessions),
            lastSeen: Number(lastSeen),
          })),
          types: (await rowsOf(selectTypes)).map(([type, events]) => ({ type: String(type), events: Number(events) })),
        }
      }),
  }
}

/** @param rows one a value, those of a label behind one another */
export function labelsOf(rows: readonly (readonly unknown[])[]): readonly LabelSummary[] {
  const labels = new Map<string, LabelSummary & { readonly values: { value: string; sessions: number }[] }>()
  for (const [label, total, distinct, value, sessions] of rows) {
    const name = String(label)
    const summary = labels.get(name) ?? { name, sessions: Number(total), distinct: Number(distinct), values: [] }
    summary.values.push({ value: String(value), sessions: Number(sessions) })
    labels.set(name, summary)
  }
  return [...labels.values()]
}
