/**
 * Checks the lock files, the root's and those of folders that install for themselves: no registry addresses in them, every
 * native package with its binaries for all platforms, and nothing that asks users for a newer Node than we do.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { satisfies } from 'semver'
import { root } from '../node-tool.ts'
import { type CheckResult, resultOf } from './check.ts'

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly engines?: { readonly node?: string }
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/** The oldest that `engines` of our packages names. */
const oldestNode = '20.19.0'

/** Every native package must have a binary for each of these. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']

export async function checkLockFile(): Promise<CheckResult> {
  const examples = (await readdir(join(root, 'examples'))).map((name) => `examples/${name}`)
  const faults: string[] = []
  for (const folder of ['.', 'site', 'tests/cluster', ...examples]) {
    const lock = JSON.parse(await readFile(join(root, folder, 'package-lock.json'), 'utf8'))
    const packages: Readonly<Record<string, LockedPackage>> = lock.packages
    // ClickHouse has no binary for Windows, where the tests that want it are skipped.
    const binaries = folder === 'tests/cluster' ? [] : absentBinaries(packages)
    // What the others hold reaches no user.
    const newer = folder === '.' ? tooNew(packages) : []
    const found = [...registryAddresses(packages), ...absentOptionals(packages), ...binaries, ...newer]
    faults.push(...found.map((fault) => `${join(folder, 'package-lock.json')}: ${fault}`))
  }
  return resultOf(faults)
}

/** A lock written against one registry would send everybody else there. */
function registryAddresses(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved?.startsWith('http'))
    .map(
      ([path, { resolved }]) => `${path} is resolved to ${resolved}: is omit-lockfile-registry-resolved set in .npmrc?`,
    )
}

/** `npm install` leaves an optional dependency out when the registry lacks it; `npm ci` then refuses the lock. */
function absentOptionals(packages: Readonly<Record<string, LockedPackage>>): string[] {
  const installed = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)))
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !installed.has(name))
      .map(([name, range]) => `${path} wants ${name}@${range}, which the lock lacks: npm ci would fail`),
  )
}

function absentBinaries(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => {
    const binaries = Object.keys(optionalDependencies).filter((name) => /(linux|darwin|win32)-(x64|arm64)/.test(name))
    return platforms
      .filter((platform) => binaries.length > 1 && !binaries.some((name) => name.includes(platform)))
      .map((platform) => `${path} has no binary for ${platform}`)
  })
}

/** Whoever installs such a package is warned of it. Overrides of ours would not reach them. */
function tooNew(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { engines: { node = '*' } = {}, dev, devOptional }]) =>
    dev || devOptional || satisfies(oldestNode, node)
      ? []
      : [`${path} wants Node ${node}, and users have ${oldestNode}`],
  )
}
