/** Runs `npm run check [name…]`: judges all of the repository that can be judged without running it. */
import { stripVTControlCharacters, styleText } from 'node:util'
import { checkApiReports } from './checks/api-reports.ts'
import { checkBundleSize } from './checks/bundle-size.ts'
import { checkChangesets } from './checks/changesets.ts'
import type { Check, CheckResult } from './checks/check.ts'
import { checkDocs } from './checks/docs.ts'
import { checkImports } from './checks/imports.ts'
import { checkLinks } from './checks/links.ts'
import { checkLockFile } from './checks/lock-file.ts'
import { checkNamedTests } from './checks/named-tests.ts'
import { checkNpxCommands } from './checks/npx-commands.ts'
import { checkPackages } from './checks/packages.ts'
import { checkPageSize } from './checks/page-size.ts'
import { runNode, toolPath } from './node-tool.ts'
import { type Fault, writeTotals } from './totals.ts'

const colourful = process.stdout.isTTY === true

const tool =
  (packageName: string, name: string, ...args: string[]) =>
  async () => {
    const { exitCode, output } = await runNode(toolPath(packageName, name), args)
    return { ok: exitCode === 0, output }
  }

/** `types` stands first: it writes the `dist` folders that others read. */
const checks: readonly Check[] = [
  { name: 'types', run: tool('typescript', 'tsc', '-b') },
  { name: 'format and lint', run: lint },
  { name: 'import rules', run: checkImports },
  { name: 'undeclared imports', run: tool('knip', 'knip', '--no-progress', '--no-config-hints') },
  { name: 'package hygiene', run: checkPackages },
  { name: 'api reports', run: checkApiReports },
  { name: 'changesets', run: checkChangesets },
  { name: 'bundle size', run: checkBundleSize },
  { name: 'page size', run: checkPageSize },
  { name: 'lock file', run: checkLockFile },
  { name: 'docs', run: checkDocs },
  { name: 'links of the docs', run: checkLinks },
  { name: 'tests of the docs', run: checkNamedTests },
  { name: 'commands of the docs', run: checkNpxCommands },
]

async function lint(): Promise<CheckResult> {
  const colours = `--colors=${colourful ? 'force' : 'off'}`
  const { ok, output } = await tool('@biomejs/biome', 'biome', 'ci', '--error-on-warnings', colours, '.')()
  // A plugin that fails itself is mere information to Biome, which goes on without it.
  return { ok: ok && !output.includes(' errored: '), output }
}

const wanted = process.argv.slice(2)
const chosen = checks.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
if (chosen.length === 0) {
  console.error(`No check is named ${wanted.join(', ')}. There are: ${checks.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const colour = (style: 'green' | 'red' | 'dim', text: string): string => (colourful ? styleText(style, text) : text)

const faultOf = (error: unknown): CheckResult => ({
  ok: false,
  output: error instanceof Error ? `${error.stack}` : `${error}`,
})

const faults: Fault[] = []
for (const { name, run } of chosen) {
  const startedMs = performance.now()
  const { ok, output, note = '' } = await run().catch(faultOf)
  const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`.padStart(7)
  const mark = ok ? colour('green', 'ok    ') : colour('red', 'failed')
  console.log(`${mark} ${name.padEnd(20)} ${colour('dim', seconds)}  ${note}`.trimEnd())
  if (ok) continue
  faults.push({ name: `npm run check -- '${name}'`, cause: stripVTControlCharacters(output.trim()) })
  console.log(output.trimEnd().replace(/^(?=.)/gm, '       '))
}

writeTotals({ passed: chosen.length - faults.length, failed: faults.length, skipped: [], faults })
process.exitCode = faults.length === 0 ? 0 : 1
