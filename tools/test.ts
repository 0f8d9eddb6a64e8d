/** Runs `npm test [part…]`: builds, then runs every part, or those named, and sums what their runners counted. */
import { styleText } from 'node:util'
import { chromiumAdvice, ensureChromium } from './chromium.ts'
import { findMissingClusterParts } from './cluster-parts.ts'
import { npmPath, type RunOptions, root, runNode, toolPath } from './node-tool.ts'
import { partVariable, type Totals, takeTotals, writeTotals } from './totals.ts'

interface Part {
  readonly name: string
  readonly about: string
  /** Resolves to the exit code. */
  readonly run: (options: RunOptions) => Promise<number>
}

const tool =
  (script: string, ...args: string[]) =>
  async (options: RunOptions): Promise<number> =>
    (await runNode(script, args, options)).exitCode

const parts: readonly Part[] = [
  {
    name: 'check',
    about: 'format, lint, types, import rules, packages',
    run: tool(toolPath('jiti'), 'tools/check.ts'),
  },
  {
    name: 'unit',
    about: 'beside the files, with type tests',
    run: tool(toolPath('vitest'), 'run', '--project', 'unit'),
  },
  {
    name: 'integration',
    about: 'real sockets, database and commands',
    run: tool(toolPath('vitest'), 'run', '--project', 'integration', '--project', 'conservation'),
  },
  { name: 'cluster', about: 'past one machine: NATS and ClickHouse', run: runCluster },
  { name: 'browser', about: 'the whole system in Chromium', run: runBrowser },
]

async function runCluster(options: RunOptions): Promise<number> {
  const missing = await findMissingClusterParts()
  if (missing.length === 0) return tool(toolPath('vitest'), 'run', '--project', 'cluster')(options)
  writeTotals(
    { passed: 0, failed: 0, skipped: [{ name: 'cluster', reason: `missing: ${missing.join('; ')}` }] },
    'cluster',
  )
  return 0
}

async function runBrowser(options: RunOptions): Promise<number> {
  const chromium = await ensureChromium()
  if (chromium === undefined) {
    console.log(chromiumAdvice())
    return 1
  }
  // Playwright colours its workers by itself, and Node warns where both are said.
  const env = { ...options.env, DOWNLINK_CHROMIUM: chromium, NO_COLOR: undefined }
  return tool(toolPath('@playwright/test', 'playwright'), 'test')({ ...options, env })
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name))
if (wanted.includes('--help') || unknown.length > 0) {
  const list = parts.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`)
  console.log(['Usage: npm test [-- part…]', '', ...list].join('\n'))
  process.exit(wanted.includes('--help') ? 0 : 2)
}

const heading = (text: string): void => console.log(process.stdout.isTTY ? `\n${styleText('bold', text)}` : `\n${text}`)

const results: Totals[] = []

/** On a busy machine a part takes several times what it takes alone. */
const partTimeoutMs = 2_700_000

/** A part that ends badly with nothing failed in its count, or counts nothing, not even a skip, is itself a failure. */
async function runPart({ name, run }: Part): Promise<void> {
  heading(name)
  takeTotals(name)
  const startedMs = performance.now()
  const exitCode = await run({ output: 'show', timeoutMs: partTimeoutMs, env: { [partVariable]: name } })
  const counted = takeTotals(name) ?? { passed: 0, failed: 0, skipped: [] }
  const hasCounted = counted.passed > 0 || counted.skipped.length > 0
  const broken = counted.failed === 0 && (exitCode !== 0 || !hasCounted)
  const cause = `ended with code ${exitCode} and ${counted.passed} passed: counted as failed`
  results.push(broken ? { ...counted, failed: 1, faults: [{ name: `the ${name} part`, cause }] } : counted)
  console.log(`${name} took ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
}

heading('build')
const build = await runNode(npmPath(), ['run', '--silent', 'build'], { output: 'show', cwd: root })
if (build.exitCode === 0) {
  for (const part of parts) if (wanted.length === 0 || wanted.includes(part.name)) await runPart(part)
} else {
  results.push({ passed: 0, failed: 1, skipped: [], faults: [{ name: 'the build', cause: 'nothing was tested' }] })
}

/** The whole stands with the part. */
const maxLines = 24
const shortened = (text: string): string => {
  const lines = text.split('\n').map((line) => `  ${line}`.trimEnd())
  const more = lines.length > maxLines ? [`  … ${lines.length - maxLines} lines more, above`] : []
  return [...lines.slice(0, maxLines), ...more].join('\n')
}

const sum = (of: (totals: Totals) => number): number => results.reduce((total, each) => total + of(each), 0)
const and = ({ length }: readonly unknown[], what: string): string => (length > 0 ? `, ${length} ${what}` : '')
const skipped = results.flatMap((totals) => totals.skipped)
const flaky = results.flatMap((totals) => totals.flaky ?? [])
const faults = results.flatMap((totals) => totals.faults ?? [])
heading('total')
for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`)
for (const name of flaky) console.log(`flaky: ${name}: failed, and passed when it was tried again`)
for (const { name, cause } of faults) console.log(`failed: ${name}\n${shortened(cause)}`)
const [passed, failed] = [sum((totals) => totals.passed), sum((totals) => totals.failed)]
console.log(`${passed} passed, ${failed} failed${and(skipped, 'skipped')}${and(flaky, 'flaky')}`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
