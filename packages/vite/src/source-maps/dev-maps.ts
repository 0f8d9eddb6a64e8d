/** Finds the source maps of what a dev server serves, and of what was built. */
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import type { SourceMaps } from '@downlink/collector'
import { normalizePath, type ViteDevServer } from 'vite'
import { namedFromRoot, type SourceMapJson } from './map-sources.ts'

/** @param kept of builds, which the same collector has sessions of */
export function createDevMaps({ config, environments }: ViteDevServer, kept: SourceMaps): SourceMaps {
  return {
    ...(kept.removeBefore && {
      removeBefore: (keptBeforeMs) => kept.removeBefore?.(keptBeforeMs) ?? Promise.resolve(),
    }),

    async find(script) {
      const file = fileOf(script.url)
      const map = file && servedMap(file)
      return map ? Readable.from([namedFromRoot(map, dirname(file), config.root)]) : kept.find(script)
    },
  }

  /** Of modules that the game has loaded, and of no other file: whoever sends stacks may name any. */
  function servedMap(file: string): SourceMapJson | undefined {
    const modules = environments.client.moduleGraph.getModulesByFile(file) ?? []
    const maps = [...modules].map(({ transformResult }) => transformResult?.map as SourceMapJson | null | undefined)
    return maps.find((map) => map && map.mappings !== '') ?? undefined
  }

  function fileOf(url: string): string | undefined {
    const path = URL.canParse(url) ? new URL(url).pathname : url
    if (!path.startsWith(config.base)) return undefined
    const [, absolute, fromRoot] = /^(?:@fs(\/.*)|(.*))$/s.exec(path.slice(config.base.length)) ?? []
    try {
      return normalizePath(decodeURI(absolute ?? `${config.root}/${fromRoot}`))
    } catch {
      return undefined
    }
  }
}
