/** Looks what kind of game is in a folder: by its package.json, its page and its scripts. */
import { access, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CreateError } from './errors.ts'

export type Game = ViteGame | PlainGame

export interface ViteGame {
  readonly kind: 'vite'
  readonly engine: 'phaser' | undefined
  readonly packageManager: PackageManager
  /** Written in TypeScript. */
  readonly isTyped: boolean
  /** Files of a package are ES modules. */
  readonly isModule: boolean
  /** The module that the page loads, from the folder. */
  readonly entry: string | undefined
  /** Vite's, from the folder. Several, where the scripts name several. */
  readonly configs: readonly string[]
  /** What starts its dev server. */
  readonly devScript: string | undefined
}

export interface PlainGame {
  readonly kind: 'plain'
  /** Its page, from the folder. */
  readonly page: string
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

interface Manifest {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const configNames = ['ts', 'mts', 'js', 'mjs'].map((ending) => `vite.config.${ending}`)

/** @returns nothing where there is no game that we know how to add something to */
export async function detectGame(folder: string, userAgent: string | undefined): Promise<Game | undefined> {
  const manifest = await readManifest(folder)
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
  const { type, scripts = {}, dependencies, devDependencies } = manifest ?? {}
  const packages = { ...dependencies, ...devDependencies }
  const has = (path: string): Promise<boolean> => exists(join(folder, path))
  const configs = await presentOf([...new Set([...Object.values(scripts).flatMap(configsIn), ...configNames])], has)
  if ('vite' in packages || configs.length > 0) {
    const entry = page === undefined ? undefined : await entryOf(page, has)
    return {
      kind: 'vite',
      engine: 'phaser' in packages ? 'phaser' : undefined,
      packageManager: await packageManagerOf(has, userAgent),
      isTyped: /\.tsx?$/.test(entry ?? '') || (await has('tsconfig.json')),
      isModule: type === 'module',
      entry,
      configs,
      devScript: Object.keys(scripts).find(
        (name) => /^(dev|start)$/.test(name) && /\bvite\b/.test(scripts[name] ?? ''),
      ),
    }
  }
  const isBundled = ['webpack', 'parcel', 'rollup', 'esbuild', 'next'].some((name) => name in packages)
  return page === undefined || isBundled ? undefined : { kind: 'plain', page: 'index.html' }
}

/** @throws {CreateError} `no_game` */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Manifest
  } catch (cause) {
    throw new CreateError('no_game', `Expected package.json to be JSON: ${String(cause)}`, { cause })
  }
}

/** `vite build --config vite/config.prod.mjs` */
const configsIn = (script: string): string[] =>
  [...script.matchAll(/\bvite\b[^&|;]*?(?:--config|-c)[ =](\S+)/g)].map(([, path = '']) => path)

async function entryOf(page: string, has: (path: string) => Promise<boolean>): Promise<string | undefined> {
  const sources = [...page.matchAll(/<script\b[^>]*>/g)]
    .filter(([tag]) => /\btype=["']?module/.test(tag))
    .flatMap(([tag]) => /\bsrc=["']?([^"'\s>]+)/.exec(tag)?.[1] ?? [])
    .map((source) => source.replace(/^\.?\//, ''))
  return (await presentOf(sources, has))[0]
}

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
]

async function packageManagerOf(has: (path: string) => Promise<boolean>, userAgent = 'npm'): Promise<PackageManager> {
  for (const [file, manager] of lockFiles) if (await has(file)) return manager
  return lockFiles.find(([, manager]) => userAgent.startsWith(manager))?.[1] ?? 'npm'
}

async function presentOf(paths: readonly string[], has: (path: string) => Promise<boolean>): Promise<string[]> {
  const present = await Promise.all(paths.map(has))
  return paths.filter((_, index) => present[index])
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Of a file that stands beside another one. */
export const beside = (path: string, name: string): string => join(dirname(path), name).replaceAll('\\', '/')
