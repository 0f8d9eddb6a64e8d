/** Lists the pages of the site, in the order in which its sidebar shows them. `npm run check links` misses none of `docs/`. */

export interface PageGroup {
  readonly text: string
  readonly pages: readonly (readonly [title: string, path: string])[]
}

/** Paths are from `docs/`, without `.md`. */
export const sidebar: readonly PageGroup[] = [
  {
    text: 'Make a game',
    pages: [
      ['Try it', 'guides/try'],
      ['Instrument your game', 'guides/instrument-your-game'],
      ['Vite', 'guides/vite'],
      ['Engines', 'guides/engines'],
      ['Phones, portals, consent', 'guides/phones-and-portals'],
      ['Roll it out', 'guides/rollout'],
      ['Come from something else', 'guides/migrate'],
      ['World state', 'tech/world-state-store'],
    ],
  },
  {
    text: 'Test one',
    pages: [
      ['Playwright', 'guides/playwright'],
      ['CI', 'guides/ci'],
      ['When tutorial automation fails', 'guides/tutorial-automation-troubleshooting'],
    ],
  },
  {
    text: 'Ask what happened',
    pages: [
      ['The page', 'guides/page'],
      ['Find a session, and read it', 'guides/read-a-session'],
      ['Where an error was', 'guides/source-maps'],
      ['Questions', 'guides/questions'],
      ['SQL recipes', 'guides/sql-recipes'],
      ['The data model', 'data-model'],
    ],
  },
  {
    text: 'Run a collector',
    pages: [
      ['Deploy', 'guides/deploy'],
      ['How many players', 'guides/how-many-players'],
      ['Past one machine', 'guides/scale'],
      ['ClickHouse', 'clickhouse'],
      ['The life of data', 'data-life'],
      ['Parquet every night', 'guides/nightly-parquet'],
      ['OpenTelemetry', 'guides/opentelemetry'],
      ['When data is damaged', 'guides/damaged-data'],
    ],
  },
  {
    text: 'Look something up',
    pages: [
      ['Defaults', 'defaults'],
      ['Errors', 'errors'],
    ],
  },
  {
    text: 'How, and why',
    pages: [
      ['The wire', 'protocol'],
      ['Architecture', 'architecture'],
      ['What can fail', 'reliability'],
      ['Security', 'security'],
      ['Backlog', 'plans/backlog'],
    ],
  },
]
