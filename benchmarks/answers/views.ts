/** Lists what the page asks of a collector: its lists, one session, and each question that is built in, with its values picked. */
import { ask, type View } from './ask.ts'

/** As the page lists them. */
interface BuiltIn {
  readonly name: string
  readonly sql: readonly (string | { readonly parameter: string })[]
}

/** What is picked of this game. What is not here is left to the question. */
const picked: Readonly<Record<string, string>> = {
  steps: "['game_started', 'level_started', 'level_completed', 'player_died']",
  event: "'player_died'",
  x: "'x'",
  y: "'y'",
  error: "'error'",
  frames: "'frame_times'",
  frame_ms: "'p95'",
  device: "'gpu'",
  player: "'player'",
  days: '30',
  bars: '40',
  rows: '200',
}

export async function listViews(collector: string): Promise<readonly View[]> {
  const { text } = await ask(collector, { name: '', path: 'sessions?limit=1&sort=events' })
  const [{ sessionId }] = JSON.parse(text).sessions
  const listed = await ask(collector, { name: '', path: 'questions' })
  const questions: readonly BuiltIn[] = JSON.parse(listed.text).questions
  return [
    { name: 'sessions, newest', path: 'sessions' },
    { name: 'sessions, of a build with an error', path: 'sessions?build=1.7.0&error=true' },
    { name: 'sessions, of a GPU, longest', path: 'sessions?label=gpu&value=Apple%20M1&sort=length' },
    { name: 'sessions, of a player', path: 'sessions?player=p123' },
    { name: 'sessions, with a text', path: 'sessions?text=iris' },
    { name: 'sessions, lost, most missing', path: 'sessions?state=lost&sort=missing' },
    { name: 'sessions, over ten minutes', path: 'sessions?minLengthMs=600000&sort=events' },
    { name: 'labels', path: 'labels' },
    { name: 'one session, timeline', path: `sessions/${sessionId}/timeline` },
    { name: 'one session, events', path: `events?session=${sessionId}&after=0&limit=1000` },
    ...questions.map(({ name, sql }) => ({ name: `question ${name}`, path: 'query', sql: sql.map(textOf).join('') })),
  ]
}

const textOf = (part: BuiltIn['sql'][number]): string =>
  typeof part === 'string' ? part : (picked[part.parameter] ?? 'NULL')
