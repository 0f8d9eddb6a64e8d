/** Plans what a game with Phaser needs beside: the adapter, where the game is made. */
import { readdir } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { Change } from './change.ts'
import { importLine, withFirstLines } from './import-line.ts'
import { mayMakeGame, phaserLines, withPhaser } from './phaser-game.ts'

/** The module with the game's telemetry. */
export interface TelemetryModule {
  /** From the folder, without its ending. */
  readonly path: string
  /** Of an import of it: empty in TypeScript. */
  readonly ending: '' | '.js'
}

/** @param sources the folder of the game's modules, from the folder */
export async function planPhaser(
  folder: string,
  sources: string,
  telemetry: TelemetryModule,
  read: (path: string) => Promise<string>,
): Promise<readonly Change[]> {
  const modules = await Promise.all(
    (await modulesIn(join(folder, sources))).map(async (name) => {
      const path = posix.join(sources, name)
      return { path, text: await read(path) }
    }),
  )
  if (modules.some(({ text }) => text.includes('@downlink/client/phaser'))) return []
  const [made, ...others] = modules.filter(({ text }) => mayMakeGame(text))
  const isOne = made !== undefined && others.length === 0
  const specifier = specifierOf(telemetry, isOne ? made.path : `${telemetry.path}.js`)
  const attached = isOne ? withPhaser(made.text) : undefined
  if (!isOne || attached === undefined) {
    const why = 'scenes, pauses and steps are recorded by the adapter, where the game is made'
    return [{ kind: 'paste', path: isOne ? made.path : 'your game', why, lines: phaserLines(specifier) }]
  }
  const lines = importLine(made.text, specifier, '{ telemetry }') + attached.importLine
  const text = withFirstLines(attached.text, lines)
  return [{ kind: 'edit', path: made.path, added: `${lines}${attached.added}`, text }]
}

function specifierOf({ path, ending }: TelemetryModule, from: string): string {
  const way = posix.relative(dirname(from), path)
  return `${way.startsWith('.') ? '' : './'}${way}${ending}`
}

async function modulesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  return entries
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.[jt]sx?$/.test(name) && !/(^|\/)(node_modules|dist|\.[^/]*)\//.test(name))
}
