/** Brings Downlink along with Vite: collector and page on the dev server's own port, and the client told where they are. */
import { resolve } from 'node:path'
import { styleText } from 'node:util'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'
import { createDevCollector, type DevCollector, mountName } from './dev-collector.ts'
import { type DownlinkOptions, isTelemetryOn, viteDefaults } from './options.ts'
import { previewPages } from './preview-pages.ts'
import { stripPlugin } from './strip/strip-plugin.ts'

/**
 * @example
 * // vite.config.ts
 * export default defineConfig({ plugins: [downlink()] })
 */
export function downlink(options: DownlinkOptions = {}): Plugin[] {
  let isOn = true
  /** Of the server that was made last. While Vite restarts, the one before it still runs. */
  let next: DevCollector | undefined
  let running: DevCollector | undefined

  const bringAlong: Plugin = {
    name: 'downlink',

    config({ root = '.', server, worker }) {
      // Each event that is stored would be a change of a file to Vite.
      const ignored = [`${resolve(root, options.data ?? viteDefaults.data)}/**`]
      return {
        // Workers are built by plugins of their own.
        worker: { plugins: () => [...(worker?.plugins?.() ?? []), stripPlugin(() => isOn)] },
        ...(server?.watch !== null && { server: { watch: { ignored } } }),
      }
    },

    configResolved({ env, mode }) {
      // A run of unit tests makes a Vite server, too, and has the folder from nobody.
      isOn = isTelemetryOn(options, env) && mode !== 'test'
    },

    configureServer(server) {
      const { config, httpServer } = server
      if (!isOn) return
      if (httpServer === null) {
        config.logger.warn('[downlink] In middleware mode the server is yours: mount a collector in it by `attach`.')
        return
      }
      next = createDevCollector({ config, httpServer, reach: config.server }, options)
      printAmongUrls(server)
    },

    async configurePreviewServer(server) {
      const { config, httpServer, middlewares } = server
      if (!isOn) return
      const collector = createDevCollector({ config, httpServer, reach: config.preview }, options)
      httpServer.once('close', () => void collector.close())
      await collector.open()
      const script = `<script>${pageConfig(config.base, collector)}</script>`
      const folder = resolve(config.root, config.build.outDir)
      middlewares.use(previewPages(folder, config.base, script))
      printAmongUrls(server)
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

    transformIndexHtml: (_html, { server }) =>
      next && server
        ? [{ tag: 'script', injectTo: 'head-prepend', children: pageConfig(server.config.base, next) }]
        : [],
  }
  return [bringAlong, stripPlugin(() => isOn)]
}

function printAmongUrls(server: ViteDevServer | PreviewServer): void {
  const { printUrls } = server
  server.printUrls = () => {
    printUrls()
    const [url = ''] = server.resolvedUrls?.local ?? []
    server.config.logger.info(`  ${styleText('green', '➜')}  ${styleText('bold', 'Downlink')}: ${url}${mountName}/`)
  }
}

/** Runs before all else of the page, and overrides what the game says for its builds. */
function pageConfig(base: string, { credentials }: DevCollector): string {
  const config = { url: `${base}${mountName}/telemetry`, enabled: true, ...credentials }
  return `globalThis.downlinkConfig = ${JSON.stringify(config)}`
}
