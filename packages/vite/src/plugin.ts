/** Brings Downlink along with Vite: collector and page on the dev server's own port, and the client told where they are. */
import { resolve } from 'node:path'
import { styleText } from 'node:util'
import { createSourceMapFolder } from '@downlink/collector'
import { loadEnv, type Plugin, type PreviewServer, type UserConfig, type ViteDevServer } from 'vite'
import { createDevCollector, type DevCollector, mountName } from './dev-collector.ts'
import { buildVariable, gameBuild } from './game-build.ts'
import { type DownlinkOptions, dataFolder, isTelemetryOn, sourceMapFolder } from './options.ts'
import { previewPages } from './preview-pages.ts'
import { privateFolder } from './private-folder.ts'
import { createDevMaps } from './source-maps/dev-maps.ts'
import { keepMapsPlugin } from './source-maps/keep-maps.ts'
import { stripPlugin } from './strip/strip-plugin.ts'

/**
 * @example
 * // vite.config.ts
 * export default defineConfig({ plugins: [downlink()] })
 */
export function downlink(options: DownlinkOptions = {}): Plugin[] {
  let isOn = true
  let build: string | undefined
  /** Of the server that was made last. While Vite restarts, the one before it still runs. */
  let next: DevCollector | undefined
  let running: DevCollector | undefined

  const bringAlong: Plugin = {
    name: 'downlink',

    async config(game, { mode }) {
      const { root = '.', server, worker } = game
      const env = environmentOf(game, mode)
      // A run of unit tests makes a Vite server, too, and has the folder from nobody.
      isOn = isTelemetryOn(options, env) && mode !== 'test'
      build = isOn && !(buildVariable in env) ? await gameBuild(resolve(root)) : undefined
      // Each event that is stored would be a change of a file to Vite.
      const ignored = [`${dataFolder(options, root)}/**`]
      return {
        // Workers are built by plugins of their own.
        worker: { plugins: () => [...(worker?.plugins?.() ?? []), stripPlugin(() => isOn)] },
        ...(server?.watch !== null && { server: { watch: { ignored } } }),
        // Vite 6 and 7 have read the environment for a build before it is resolved.
        ...(build !== undefined && { define: { [`import.meta.env.${buildVariable}`]: JSON.stringify(build) } }),
      }
    },

    configResolved({ env }) {
      if (build !== undefined) env[buildVariable] = build
    },

    configureServer(server) {
      const { config, httpServer, middlewares } = server
      middlewares.use(privateFolder(config.root, config.base, dataFolder(options, config.root)))
      if (!isOn) return
      if (httpServer === null) {
        config.logger.warn('[downlink] In middleware mode the server is yours: mount a collector in it by `attach`.')
        return
      }
      const kept = createSourceMapFolder(sourceMapFolder(options, config.root))
      const sourceMaps = createDevMaps(server, kept)
      const pageUrl = (): string => pageUrlOf(server)
      next = createDevCollector({ config, httpServer, middlewares, reach: config.server, sourceMaps, pageUrl }, options)
      printAmongUrls(server, next)
    },

    async configurePreviewServer(server) {
      const { config, httpServer, middlewares } = server
      if (!isOn) return
      const sourceMaps = createSourceMapFolder(sourceMapFolder(options, config.root))
      const pageUrl = (): string => pageUrlOf(server)
      const host = { config, httpServer, middlewares, reach: config.preview, sourceMaps, pageUrl }
      const collector = createDevCollector(host, options)
      httpServer.once('close', () => void collector.close())
      await collector.open()
      const script = (): string => `<script>${pageConfig(config.base, collector)}</script>`
      const folder = resolve(config.root, config.build.outDir)
      middlewares.use(previewPages(folder, config.base, script))
      printAmongUrls(server, collector)
      // Vite has named the page by then that stands in for what is not there, without the base.
      return () => void middlewares.use(previewPages(folder, '/', script))
    },

    // Not before the server listens: until then the one that it takes the place of has the folder.
    async buildStart() {
      running = next
      await running?.open()
    },

    async closeBundle() {
      await running?.close()
    },

    async transformIndexHtml(_html, { server }) {
      if (!next || !server) return []
      // What stood in the way may be gone by now.
      if (next.recorder().status === 'none') await next.open()
      return [{ tag: 'script', injectTo: 'head-prepend', children: pageConfig(server.config.base, next) }]
    },
  }
  return [
    bringAlong,
    stripPlugin(() => isOn),
    keepMapsPlugin((root) => (isOn && options.sourceMaps !== false ? sourceMapFolder(options, root) : undefined)),
  ]
}

/** What Vite is about to read. */
const environmentOf = ({ root = '.', envDir = '.', envPrefix }: UserConfig, mode: string): Record<string, string> =>
  loadEnv(mode, envDir && resolve(root, envDir), envPrefix)

function printAmongUrls(server: ViteDevServer | PreviewServer, collector: DevCollector): void {
  const { printUrls } = server
  server.printUrls = () => {
    printUrls()
    const recorder = collector.recorder()
    const place = recorder.status === 'none' ? `records nothing: ${recorder.reason}` : pageUrlOf(server)
    const owner = recorder.status === 'shared' ? ` (by the collector at ${recorder.url})` : ''
    server.config.logger.info(`  ${styleText('green', '➜')}  ${styleText('bold', 'Downlink')}: ${place}${owner}`)
  }
}

const pageUrlOf = ({ resolvedUrls }: ViteDevServer | PreviewServer): string =>
  `${resolvedUrls?.local[0] ?? ''}${mountName}/`

/** Runs before all else of the page, and overrides what the game says for its builds. */
function pageConfig(base: string, collector: DevCollector): string {
  const recorder = collector.recorder()
  if (recorder.status === 'none') {
    const warning = JSON.stringify(`[downlink] Telemetry is off, for nothing is recorded: ${recorder.reason}`)
    return `globalThis.downlinkConfig = {"enabled":false};console.warn(${warning.replaceAll('<', '\\u003c')})`
  }
  const config = { url: `${base}${mountName}/telemetry`, enabled: true, key: recorder.key }
  return `globalThis.downlinkConfig = ${JSON.stringify(config)}`
}
