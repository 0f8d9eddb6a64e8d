/** Makes small games in temporary folders, with a Vite of their own. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLogger, createServer, type InlineConfig, type Logger, type ViteDevServer } from 'vite'
import { onTestFinished } from 'vitest'

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

const page = '<!doctype html><html><head></head><body><script type="module" src="/main.ts"></script></body></html>'

/** @returns its folder */
export async function aGame(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-vite-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await symlink(modules, join(folder, 'node_modules'), 'junction')
  for (const [name, text] of Object.entries({ 'index.html': page, ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

/** Of the caches that Vite keeps in `node_modules` all games would have one. */
export const ownCache = (root: string): InlineConfig => ({ root, cacheDir: join(root, '.vite'), logLevel: 'silent' })

export interface RunningGame {
  readonly server: ViteDevServer
  /** With the base, and a slash at its end. */
  readonly url: string
  /** What Vite has printed, without colours. */
  readonly lines: string[]
}

/** A dev server that listens. */
export async function aDevServer(root: string, config: InlineConfig = {}): Promise<RunningGame> {
  const lines: string[] = []
  const { server: serverOptions, ...others } = config
  const server = await createServer({
    configFile: false,
    ...ownCache(root),
    customLogger: loggerInto(lines),
    server: { port: 0, host: '127.0.0.1', ...serverOptions },
    ...others,
  })
  onTestFinished(() => server.close())
  await server.listen()
  server.printUrls()
  return { server, url: server.resolvedUrls?.local[0] ?? '', lines }
}

function loggerInto(lines: string[]): Logger {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what colours are made of
  const write = (text: string): void => void lines.push(text.replaceAll(/\u001b\[\d+m/g, ''))
  return { ...createLogger('info'), info: write, warn: write, warnOnce: write, error: write }
}
