/** Says by which commands a game's package manager installs, and runs. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { PackageManager, ViteGame } from './detect-game.ts'
import { CreateError } from './errors.ts'

/** What a game imports, and what its build does; and what these need, where nothing is published that they could get it from. */
const runtime = { own: ['client'], needed: ['protocol'] }
const development = { own: ['vite'], needed: ['artifacts', 'collector'] }

/** The command, and what it needs. */
const command = ['protocol', 'client', 'artifacts', 'collector', 'cli']

const add: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npm', 'install'],
  pnpm: ['pnpm', 'add'],
  yarn: ['yarn', 'add'],
  bun: ['bun', 'add'],
}

const run: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npx', 'vite'],
  pnpm: ['pnpm', 'exec', 'vite'],
  yarn: ['yarn', 'vite'],
  bun: ['bunx', 'vite'],
}

/**
 * @param from a folder of packed packages, in the place of the registry
 * @returns none where all is there
 */
export async function installCommands(
  folder: string,
  { packageManager }: ViteGame,
  from: string | undefined,
): Promise<readonly (readonly string[])[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const present = { ...manifest.dependencies, ...manifest.devDependencies }
  const packed = from === undefined ? undefined : await tarballsIn(from)
  const sources = ({ own, needed }: typeof runtime): string[] => {
    if (own.every((name) => `@downlink/${name}` in present)) return []
    if (from === undefined || packed === undefined) return own.map((name) => `@downlink/${name}`)
    return [...needed, ...own].map((name) => resolve(from, tarballOf(packed, name, from)))
  }
  const [used, built] = [sources(runtime), sources(development)]
  return [
    ...(used.length > 0 ? [[...add[packageManager], ...used]] : []),
    ...(built.length > 0 ? [[...add[packageManager], '-D', ...built]] : []),
  ]
}

function tarballsIn(from: string): Promise<string[]> {
  return readdir(from).catch((cause: unknown) => {
    throw new CreateError('bad_usage', `Expected a folder of packed packages, got ${from}`, { cause })
  })
}

function tarballOf(files: readonly string[], name: string, from: string): string {
  const file = files.find((each) => new RegExp(`^downlink-${name}-\\d.*\\.tgz$`).test(each))
  if (file === undefined) throw new CreateError('bad_usage', `Expected a packed @downlink/${name} in ${from}`)
  return file
}

export const devCommand = ({ packageManager, devScript }: ViteGame): readonly string[] =>
  devScript === undefined ? run[packageManager] : [packageManager, 'run', devScript]

/** A collector alone, which is fetched where it is not installed. */
export async function collectorCommand(port: number, from: string | undefined): Promise<readonly string[]> {
  const serve = ['serve', '--port', String(port)]
  if (from === undefined) return ['npx', '--yes', '@downlink/cli', ...serve]
  const packed = await tarballsIn(from)
  const files = command.map((name) => `--package=${resolve(from, tarballOf(packed, name, from))}`)
  return ['npx', '--yes', ...files, 'downlink', ...serve]
}
