/** Plans what a Vite game needs: the plugin in its config, a module with its telemetry, and that the game loads it. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Change } from './change.ts'
import { beside, exists, type ViteGame } from './detect-game.ts'
import { importLine, withFirstLines } from './import-line.ts'
import { devCommand, installCommands } from './packages.ts'
import type { Plan } from './plan.ts'
import { planPhaser } from './plan-phaser.ts'
import { newConfig, pluginLines, withPlugin } from './vite-config.ts'

/** By which TypeScript knows the variable. */
const typesLine = `/// <reference types="@downlink/vite/client" />
`

const telemetryModule = `/** What the game records. Errors, frame times and who comes back record themselves. */
import { startTelemetry } from '@downlink/client/auto'

// On while the dev server runs. For a build that records, too, add: enabled: true, url: 'https://…'
export const telemetry = startTelemetry({ build: import.meta.env.VITE_TELEMETRY_BUILD })

// Anywhere in the game: telemetry.push('level_started', { level: 3 })
`

/** What is to be done, and how the game is started then. */
export async function planViteGame(folder: string, game: ViteGame, from: string | undefined): Promise<Plan> {
  return {
    game: `a game with ${game.engine === 'phaser' ? 'Phaser and ' : ''}Vite, in ${game.isTyped ? 'TypeScript' : 'JavaScript'}`,
    changes: await changesOf(folder, game),
    install: await installCommands(folder, game, from),
    notes: [],
    collector: { kind: 'start', command: devCommand(game), page: /Downlink: +(https?:\S+\/)\s/ },
    invitation: 'Open the game in a browser, at the local address above: its first event is waited for.',
    whereToLook: 'Is the game open, at the local address above? Does the page load the module with its telemetry?',
  }
}

async function changesOf(folder: string, game: ViteGame): Promise<readonly Change[]> {
  const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')
  const configs = await Promise.all(game.configs.map(async (path) => planConfig(path, await read(path))))
  const config = game.configs.length > 0 ? configs.flat() : [newConfigOf(game)]
  return [...config, ...(await planModule(folder, game, read))]
}

function newConfigOf({ isTyped, isModule }: ViteGame): Change {
  // The plugin is an ES module, and so its importer has to be one.
  const ending = `${isModule ? '' : 'm'}${isTyped ? 'ts' : 'js'}`
  return { kind: 'create', path: `vite.config.${ending}`, text: newConfig }
}

function planConfig(path: string, text: string): readonly Change[] {
  if (text.includes('@downlink/vite')) return []
  const changed = withPlugin(text)
  const why = 'it is written in a way of its own: add the plugin to it'
  return changed === undefined
    ? [{ kind: 'paste', path, why, lines: pluginLines }]
    : [{ kind: 'edit', path, added: "import { downlink } from '@downlink/vite'\nplugins: [downlink()]", text: changed }]
}

async function planModule(
  folder: string,
  { entry, isTyped, engine }: ViteGame,
  read: (path: string) => Promise<string>,
): Promise<readonly Change[]> {
  const main = entry === undefined ? undefined : { path: entry, text: await read(entry) }
  if (main?.text.includes('@downlink/client')) return []
  const found = await placeOf(folder, beside(entry ?? 'src/any', '.'), isTyped ? 'ts' : 'js', read)
  if (found === undefined) return []
  const text = `${isTyped ? typesLine : ''}${telemetryModule}`
  const created: readonly Change[] = found.isThere ? [] : [{ kind: 'create', path: found.path, text }]
  const module = { path: found.path.replace(/\.[jt]s$/, ''), ending: isTyped ? '' : '.js' } as const
  const attached = engine === 'phaser' ? await planPhaser(folder, dirname(found.path), module, read) : []
  // It imports the telemetry first, too.
  const isLoaded = attached.some(({ kind, path }) => kind === 'edit' && path === main?.path)
  return [...created, ...(isLoaded ? [] : loadedBy(main, found.name, isTyped)), ...attached]
}

interface Place {
  readonly path: string
  /** Without its ending. */
  readonly name: string
  /** By an earlier run, or by hand. */
  readonly isThere: boolean
}

/** The first name that is free, or ours. */
async function placeOf(
  folder: string,
  parent: string,
  ending: string,
  read: (path: string) => Promise<string>,
): Promise<Place | undefined> {
  for (const name of ['telemetry', 'downlink']) {
    const path = beside(`${parent}/any`, `${name}.${ending}`)
    if (!(await exists(join(folder, path)))) return { path, name, isThere: false }
    if ((await read(path)).includes('@downlink/client')) return { path, name, isThere: true }
  }
  return undefined
}

function loadedBy(
  main: { readonly path: string; readonly text: string } | undefined,
  name: string,
  isTyped: boolean,
): readonly Change[] {
  const specifier = `./${name}${isTyped ? '' : '.js'}`
  if (main === undefined) {
    const why = 'import it first in the module that the page loads'
    return [{ kind: 'paste', path: 'your game', why, lines: `import '${specifier}'` }]
  }
  if (new RegExp(`['"]\\./${name}(\\.[jt]s)?['"]`).test(main.text)) return []
  const line = importLine(main.text, specifier)
  return [{ kind: 'edit', path: main.path, added: line, text: withFirstLines(main.text, line) }]
}
