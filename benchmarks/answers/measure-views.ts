/** Asks each view of `../answers.ts` several times, and prints a line a view. */
import { type Answer, ask, type View } from './ask.ts'

interface Measured {
  readonly view: View
  readonly first?: Answer
  readonly next: Answer[]
  /** From what is kept ready. */
  readonly kept: Answer[]
}

const madeAnew = { 'cache-control': 'max-age=0' }
const fromKept = { 'cache-control': 'max-age=86400' }

export async function measureViews(collector: string, views: readonly View[], times: number): Promise<void> {
  for (const view of views) {
    const measured: Measured = { view, first: await ask(collector, view, madeAnew), next: [], kept: [] }
    for (let at = 0; at < times; at++) await askOnce(collector, measured)
    print(measured)
  }
}

/** In turns, until it is over. @returns what prints them */
export async function measureInTurns(
  collector: string,
  views: readonly View[],
  isOver: () => boolean,
): Promise<() => void> {
  const all = views.map((view): Measured => ({ view, next: [], kept: [] }))
  while (!isOver()) {
    for (const measured of all) if (!isOver()) await askOnce(collector, measured)
  }
  return () => {
    for (const measured of all) print(measured)
  }
}

async function askOnce(collector: string, { view, next, kept }: Measured): Promise<void> {
  next.push(await ask(collector, view))
  if (view.sql !== undefined) kept.push(await ask(collector, view, fromKept))
}

function print({ view, first, next, kept }: Measured): void {
  const columns = [
    view.name.padEnd(36),
    first ? `first ${timeOf([first], 1)}` : '',
    `median ${timeOf(next, 0.5)}   p95 ${timeOf(next, 0.95)}`,
    kept.length > 0 ? `kept ${timeOf(kept, 0.5)}` : '',
    `${((next[0]?.text.length ?? 0) / 1000).toFixed(1).padStart(6)} kB`,
    failuresIn([...(first ? [first] : []), ...next, ...kept]),
  ]
  console.log(columns.filter((column) => column !== '').join('   '))
}

function timeOf(answers: readonly Answer[], share: number): string {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return `${ms.toFixed(0).padStart(6)} ms`
}

function failuresIn(answers: readonly Answer[]): string {
  const failures = answers.flatMap(({ failure }) => failure ?? [])
  return failures.length > 0 ? `${failures.length} failed: ${[...new Set(failures)].join(', ')}` : ''
}
