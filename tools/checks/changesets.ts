/** Reads the changesets, each of which has to name packages that there are, and tells which packages have changed since the last. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../node-tool.ts'
import { publicPackages } from '../tarballs.ts'
import { type CheckResult, resultOf } from './check.ts'

const folder = '.changeset'

export async function checkChangesets(): Promise<CheckResult> {
  const names = new Set((await publicPackages()).map(({ name }) => name))
  const files = (await readdir(join(root, folder))).filter((file) => file.endsWith('.md') && file !== 'README.md')
  const faults: string[] = []
  for (const file of files) {
    const text = await readFile(join(root, folder, file), 'utf8')
    faults.push(...changesetFaults(text.replaceAll('\r\n', '\n'), names).map((fault) => `${folder}/${file}: ${fault}`))
  }
  const untold = await changedSinceTheLast()
  const warning = untold.length > 0 ? ` · changed since the last: ${untold.join(', ')}` : ''
  return { ...resultOf(faults), note: `${files.length}${warning}` }
}

/** @param names of the packages that can be released */
export function changesetFaults(text: string, names: ReadonlySet<string>): string[] {
  const [, head, summary = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? []
  if (head === undefined) return ['Expected packages and bumps between two lines of ---']
  const faults = head.split('\n').flatMap((line) => {
    const [, name, bump] = /^["']?([^"':]+)["']?: (\w+)$/.exec(line) ?? []
    if (name === undefined || !names.has(name)) return [`Expected a public package and its bump, got ${line}`]
    return /^(major|minor|patch)$/.test(bump ?? '') ? [] : [`Expected major, minor or patch, got ${bump}`]
  })
  return summary.trim() === '' ? [...faults, 'Expected a sentence for whoever uses the package'] : faults
}

/** A warning: not each change of a file is one for its users. Nothing where there is no history. */
async function changedSinceTheLast(): Promise<string[]> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: root, maxBuffer: 1e8 })).stdout.trim()
  try {
    const last = await git('log', '-1', '--format=%H', '--', `${folder}/*.md`)
    if (last === '') return []
    const changed = (await git('diff', '--name-only', last, 'HEAD')).split('\n')
    const packages = changed.flatMap((path) => {
      const [, name] = /^(?:packages|games)\/([^/]+)\/src\/(?!.*(?:\.test|test-doubles))/.exec(path) ?? []
      return name === undefined ? [] : [name]
    })
    return [...new Set(packages)].sort()
  } catch {
    return []
  }
}
