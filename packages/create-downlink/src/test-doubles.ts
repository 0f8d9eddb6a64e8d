/** Games in folders of their own, and a world in which the command only says what it would do there. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createDownlink } from './create-downlink.ts'
import type { Environment } from './environment.ts'

export type Files = Readonly<Record<string, string>>

export const viteGame: Files = {
  'package.json': JSON.stringify({ type: 'module', scripts: { dev: 'vite' }, devDependencies: { vite: '^8.0.0' } }),
  'index.html': '<!doctype html><script type="module" src="/src/main.ts"></script>',
  'src/main.ts': "import { play } from './play'\n\nplay()\n",
  'vite.config.ts':
    "import { defineConfig } from 'vite'\n\nexport default defineConfig({\n  base: './', // for itch.io\n})\n",
}

export async function aGame(files: Files) {
  const folder = await mkdtemp(join(tmpdir(), 'create-downlink-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

export async function filesOf(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(
      files.map(async (path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')]),
    ),
  )
}

export interface Run {
  readonly exitCode: number
  readonly printed: string
  readonly warned: string
  readonly commands: readonly string[]
}

export async function run(folder: string, args: readonly string[], over: Partial<Environment> = {}): Promise<Run> {
  const lines = { printed: '', warned: '' }
  const commands: string[] = []
  const exitCode = await createDownlink(args, {
    folder,
    userAgent: undefined,
    print(line) {
      lines.printed += `${line}\n`
    },
    warn(line) {
      lines.warned += `${line}\n`
    },
    confirm: async () => undefined,
    run(command) {
      commands.push(command.join(' '))
      return { output: (async function* () {})(), ended: Promise.resolve(0), kill: () => {} }
    },
    isPortFree: async () => true,
    fetchText: async () => '{"events":[]}',
    wait: async () => {},
    interrupted: new AbortController().signal,
    ...over,
  })
  return { exitCode, ...lines, commands }
}

export const plainGame: Files = {
  'index.html':
    '<!doctype html>\n<html>\n<head>\n<title>2048</title>\n</head>\n<body><script src="js/game.js"></script></body>\n</html>\n',
  'js/game.js': 'start()\n',
}
