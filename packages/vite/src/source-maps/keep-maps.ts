/** Keeps the source maps of a build where the collector finds them, and none in what is deployed unless the game wants it. */
import { dirname, join, resolve } from 'node:path'
import { createSourceMapFolder } from '@downlink/collector'
import type { Plugin, ResolvedConfig, Rolldown } from 'vite'
import { buildVariable } from '../game-build.ts'
import { namedFromRoot } from './map-sources.ts'

/** @param folder where they are kept, for the config of a game; undefined where none are to be kept */
export function keepMapsPlugin(folder: (root: string) => string | undefined): Plugin {
  let config: ResolvedConfig
  /** The game asked for no maps, so none are to be deployed. */
  let isOnlyForUs = false

  return {
    name: 'downlink:source-maps',
    apply: 'build',

    config({ build, root = '.' }) {
      isOnlyForUs = folder(root) !== undefined && !build?.sourcemap
      return isOnlyForUs ? { build: { sourcemap: 'hidden' } } : undefined
    },

    configResolved(resolved) {
      config = resolved
      // Another plugin may want them.
      isOnlyForUs &&= resolved.build.sourcemap === 'hidden'
    },

    generateBundle: {
      // Others still change code, and its map.
      order: 'post',
      async handler(_options, bundle) {
        const path = folder(config.root)
        if (path === undefined) return
        const maps = createSourceMapFolder(path)
        const build = config.env[buildVariable] || undefined
        const outDir = resolve(config.root, config.build.outDir)
        for (const { script, file, text, isHashed } of mapsIn(bundle, config)) {
          const map = namedFromRoot(JSON.parse(text), join(outDir, dirname(script)), config.root)
          await maps.keep(script, isHashed ? undefined : build, map)
          if (isOnlyForUs) delete bundle[file]
        }
      },
    },
  }
}

interface BuiltMap {
  readonly script: string
  /** Of the map, in the bundle; nothing is there where it is in the script itself. */
  readonly file: string
  readonly text: string
  /** The script's name has its content in it, so that no other build has another script of that name. */
  readonly isHashed: boolean
}

function mapsIn(bundle: Rolldown.OutputBundle, config: ResolvedConfig): readonly BuiltMap[] {
  const files = Object.values(bundle)
  const ofChunks = files.flatMap((file): BuiltMap[] => {
    if (file.type !== 'chunk' || !file.map) return []
    const { fileName, preliminaryFileName, sourcemapFileName, map } = file
    const isHashed = preliminaryFileName !== fileName
    return [{ script: fileName, file: sourcemapFileName ?? `${fileName}.map`, text: String(map), isHashed }]
  })
  const known = new Set(ofChunks.map(({ file }) => file))
  const ofWorkers = files.flatMap((file): BuiltMap[] => {
    if (file.type !== 'asset' || known.has(file.fileName) || !/\.[cm]?js\.map$/.test(file.fileName)) return []
    const text = Buffer.from(file.source).toString()
    const script = file.fileName.slice(0, -'.map'.length)
    return [{ script, file: file.fileName, text, isHashed: areWorkersHashed(config) }]
  })
  return [...ofChunks, ...ofWorkers]
}

/** Workers are files to a bundle, built before it. */
function areWorkersHashed({ worker }: ResolvedConfig): boolean {
  const { output } = worker.rollupOptions
  const { entryFileNames = '[hash]' } = (Array.isArray(output) ? output[0] : output) ?? {}
  return typeof entryFileNames === 'string' && entryFileNames.includes('[hash')
}
