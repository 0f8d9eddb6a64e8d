/** Runs `npm run fuzz`: gives each target inputs that somebody hostile could make, and says what does harm. `--help` says more. */
import { randomInt } from 'node:crypto'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { keepCase } from './cases.ts'
import type { FuzzReport } from './fuzz-target.ts'
import type { SessionFigures } from './target.ts'
import { runTarget } from './target-process.ts'
import { targets } from './targets.ts'

const list = targets.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join('\n')

const help = `npm run fuzz -- [--minutes N] [--seed S] [--only NAME]

Tries inputs on each target, one target after the other, and exits with 1 where one does harm: it ends a process, holds
it for over a second, gets an answer that no protocol has, makes memory grow, or is noticed by the session beside it.
Such an input is made as small as can be and kept in tests/fuzz/cases, which \`npm test\` tries again.

  --minutes N   for all targets together [default: 5]
  --seed S      the same seed makes the same inputs [default: by chance, printed]
  --only NAME   one target

${list}`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(help)
  process.exit()
}

const minutes = Number(values.minutes)
const seed = Number(values.seed)
const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only)
const fault =
  chosen.length === 0
    ? `Expected --only to be one of ${targets.map(({ name }) => name).join(', ')}, got ${values.only}`
    : !(minutes > 0)
      ? `Expected --minutes to be a number above 0, got ${values.minutes}`
      : !(Number.isSafeInteger(seed) && seed >= 0)
        ? `Expected --seed to be a whole number from 0 up, got ${values.seed}`
        : undefined
if (fault !== undefined) {
  console.error(fault)
  process.exit(2)
}

console.log(`seed ${seed}`)
const startedMs = performance.now()
let inputs = 0
let findings = 0
const shares = chosen.reduce((sum, { share }) => sum + share, 0)
for (const { name, share } of chosen) {
  const durationMs = (minutes * 60_000 * share) / shares
  const report = await runTarget(name, { seed, durationMs, onProgress: (count) => showProgress(name, count) })
  showProgress('', 0)
  console.log(lineOf(name, report))
  for (const { harm, input, seed: its } of report.findings) {
    const kept =
      input === undefined ? '' : `, kept as ${relative(process.cwd(), await keepCase(name, { did: harm, input }))}`
    console.log(`  seed ${its}: ${harm}${kept}`)
  }
  inputs += report.inputs
  findings += report.findings.length
}
const minutesTaken = ((performance.now() - startedMs) / 60_000).toFixed(1)
console.log(`${counted(inputs)} inputs in ${minutesTaken} minutes, ${findings} findings`)
process.exitCode = findings === 0 ? 0 : 1

function lineOf(name: string, { inputs: count, durationMs, grownBytes, findings: found, session }: FuzzReport): string {
  const rate = counted(Math.round((count / durationMs) * 1000))
  const grown = (grownBytes / 1e6).toFixed(0)
  const line = `${name.padEnd(11)} ${counted(count).padStart(11)} inputs ${rate.padStart(7)}/s   memory ${grown.padStart(3)} MB more   ${found.length} findings`
  return session ? `${line}\n${besideOf(session)}` : line
}

function besideOf({ acks, medianMs, p99Ms, killedQueries, slowestBackMs }: SessionFigures): string {
  const line = `beside it ${counted(acks)} events acknowledged, the median after ${medianMs.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`
  const ends = `${killedQueries} queries were ended with their store, which answered again within ${slowestBackMs.toFixed(0)} ms`
  return [line, ...(killedQueries > 0 ? [ends] : [])].map((text) => ' '.repeat(12) + text).join('\n')
}

/** Written over again and again; nothing where no terminal is. */
function showProgress(name: string, count: number): void {
  if (!process.stdout.isTTY) return
  process.stdout.write(name === '' ? '\r\x1b[K' : `\r\x1b[K${name} ${counted(count)}`)
}

function counted(count: number): string {
  return count.toLocaleString('en')
}
