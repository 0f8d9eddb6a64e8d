/** Keeps which connections are in use, and interrupts what runs on them until all are given back. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'

export interface ConnectionsInUse {
  /** One that is being made is in use, too. */
  add(made: Promise<DuckDBConnection>): Promise<DuckDBConnection>
  /** @returns false where it was not in use */
  delete(connection: DuckDBConnection): boolean
  /** Resolves once none is in use. */
  interrupt(): Promise<void>
}

/** An interrupt between two statements is lost, so it is repeated. */
const interruptEveryMs = 20

export function createConnectionsInUse(): ConnectionsInUse {
  const connections = new Set<DuckDBConnection>()
  let connecting = 0
  return {
    async add(made) {
      connecting++
      try {
        const connection = await made
        connections.add(connection)
        return connection
      } finally {
        connecting--
      }
    },
    delete: (connection) => connections.delete(connection),
    async interrupt() {
      for (; connections.size + connecting > 0; await sleep(interruptEveryMs)) {
        for (const connection of connections) connection.interrupt()
      }
    },
  }
}
