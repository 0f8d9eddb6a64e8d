/** Sums what a Vitest run has covered by package, and holds the export path to its share. File by file it stands in `coverage/`. */
import { relative, sep } from 'node:path'
import type { Reporter } from 'vitest/node'
import { root } from './node-tool.ts'

/** Of an istanbul coverage map, what is read here. */
interface CoverageMap {
  files(): string[]
  fileCoverageFor(file: string): { toSummary(): Covered }
}

interface Covered {
  readonly lines: Share
  readonly branches: Share
}

interface Share {
  readonly total: number
  readonly covered: number
}

/** What must be covered, in lines and in branches. What runs in browsers and in child processes is not counted. */
const exportPath = ['packages/artifacts', 'packages/world-state', 'packages/playwright', 'packages/cli/src/export']
const minPercent = 90

export default class VitestCoverage implements Reporter {
  onCoverage(coverage: unknown): void {
    const map = coverage as CoverageMap
    const files = map.files().map((file) => {
      const path = relative(root, file).split(sep).join('/')
      return { path, covered: map.fileCoverageFor(file).toSummary() }
    })
    const packages = new Set(files.map(({ path }) => path.split('/').slice(0, 2).join('/')))
    const rows = [...new Set([...packages, ...exportPath])].sort().map((folder) => {
      const within = files.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ covered }) => covered)
      return { folder, lines: percent(within, 'lines'), branches: percent(within, 'branches') }
    })
    // Where only some tests were asked for, the rest is not untested.
    const run = rows.filter(({ lines }) => lines > 0)

    console.log(`\n${'covered by tests'.padEnd(26)}     lines  branches`)
    for (const { folder, lines, branches } of run) {
      const mark = exportPath.includes(folder) ? '  export path' : ''
      console.log(`${folder.padEnd(26)} ${shown(lines)}  ${shown(branches)}${mark}`)
    }
    const short = run.filter(
      ({ folder, lines, branches }) => exportPath.includes(folder) && Math.min(lines, branches) < minPercent,
    )
    for (const { folder } of short) console.log(`${folder} is below ${minPercent} %`)
    if (short.length > 0) process.exitCode = 1
  }
}

function percent(covered: readonly Covered[], what: keyof Covered): number {
  const sum = (of: keyof Share): number => covered.reduce((total, each) => total + each[what][of], 0)
  return sum('total') === 0 ? 100 : (100 * sum('covered')) / sum('total')
}

const shown = (share: number): string => `${share.toFixed(1)} %`.padStart(9)
