/** Compares what each entry point exports with its report in the package's `api` folder: a change of it is a decision. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { apiReport } from '../api-report.ts'
import { root } from '../node-tool.ts'
import { publicPackages } from '../tarballs.ts'
import { type CheckResult, resultOf } from './check.ts'

interface Report {
  readonly file: string
  readonly text: string
}

export async function checkApiReports(): Promise<CheckResult> {
  const reports = await makeReports()
  const stale = await staleReports(reports)
  const faults = stale.map((file) => `${relative(root, file).split(sep).join('/')} is no entry point's`)
  for (const { file, text } of reports) {
    const committed = await readFile(file, 'utf8').catch(() => '')
    const difference = firstDifference(committed.replaceAll('\r\n', '\n'), text)
    if (difference) faults.push(`${relative(root, file).split(sep).join('/')} ${difference}`)
  }
  if (faults.length > 0) faults.push('Where this is meant: npm run api writes them anew, and a changeset tells of it.')
  return { ...resultOf(faults), note: `${reports.length} entry points` }
}

export async function writeApiReports(): Promise<void> {
  const reports = await makeReports()
  for (const file of await staleReports(reports)) await rm(file)
  for (const { file, text } of reports) {
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, text)
  }
}

async function makeReports(): Promise<Report[]> {
  const reports: Report[] = []
  for (const { name, folder } of await publicPackages()) {
    const { exports = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    for (const [entry, target] of Object.entries<{ readonly types?: string }>(exports)) {
      if (target.types === undefined) continue
      const file = join(folder, 'api', `${entry.slice(2).replaceAll('/', '-') || 'index'}.md`)
      reports.push({ file, text: apiReport(name + entry.slice(1), join(folder, target.types)) })
    }
  }
  return reports
}

async function staleReports(reports: readonly Report[]): Promise<string[]> {
  const wanted = new Set(reports.map(({ file }) => file))
  const found = (await publicPackages()).map(async ({ folder }) => {
    const names = await readdir(join(folder, 'api')).catch(() => [])
    return names.map((name) => join(folder, 'api', basename(name)))
  })
  return (await Promise.all(found)).flat().filter((file) => !wanted.has(file))
}

function firstDifference(committed: string, text: string): string | undefined {
  if (committed === text) return undefined
  if (committed === '') return 'is missing'
  const before = committed.split('\n')
  const now = text.split('\n')
  const at = now.findIndex((line, index) => line !== before[index])
  const line = at < 0 ? now.length : at
  return `differs in line ${line + 1}:\n  reported: ${before[line] ?? '(nothing)'}\n  exported: ${now[line] ?? '(nothing)'}`
}
