/** Queries to start from. */

export interface Example {
  readonly name: string
  readonly sql: string
}

export const examples: readonly Example[] = [
  {
    name: 'Events by type',
    sql: 'SELECT type, count(*) AS events, min(ts) AS first, max(ts) AS last\nFROM events GROUP BY type ORDER BY events DESC',
  },
  {
    name: 'By minute',
    sql: "SELECT date_trunc('minute', ts) AS minute, count(*) AS events\nFROM events GROUP BY minute ORDER BY minute DESC LIMIT 60",
  },
  { name: 'Ledgers', sql: 'SELECT * FROM ledgers ORDER BY missing DESC, pushed DESC LIMIT 50' },
  {
    name: 'Rejections',
    sql: 'SELECT code, message, count(*) AS events FROM rejected_events\nGROUP BY ALL ORDER BY events DESC LIMIT 50',
  },
  {
    name: 'Delay',
    sql: 'SELECT type, median(epoch_ms(received_at) - epoch_ms(ts)) AS median_ms,\n  quantile_cont(epoch_ms(received_at) - epoch_ms(ts), 0.99) AS p99_ms\nFROM events GROUP BY type',
  },
  { name: 'Tables', sql: 'SHOW TABLES' },
]
