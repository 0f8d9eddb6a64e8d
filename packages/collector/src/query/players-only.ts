/** Leaves out what `downlink verify` has sent while it runs: it is no player's. */
import { verifyName } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteName, quoteText } from './quote.ts'

const name = quoteText(verifyName)

/** Conditions over rows of these tables. Labels that hold the name nowhere are not read as JSON, which takes ten times as long. */
export const isPlayers: Readonly<Record<'events' | 'sessions', string>> = {
  events: `type <> ${name}`,
  sessions: `(NOT contains(labels::VARCHAR, ${name}) OR (labels->>${name}) IS NULL)`,
}

/** Until the transaction is rolled back, the tables are what players have sent, for the views over them, too. */
export async function hideVerification(connection: DuckDBConnection): Promise<void> {
  const [row] = (await connection.runAndReadAll('SELECT current_database()')).getRows()
  const database = quoteName(String(row?.[0]))
  for (const [table, condition] of Object.entries(isPlayers)) {
    await connection.run(`CREATE TEMP VIEW ${table} AS FROM ${database}.main.${table} WHERE ${condition}`)
  }
}
