/** Names the sources of a map from the root of the game, so that they are known wherever the map lies. */
import { relative, resolve, sep } from 'node:path'

/** What of a map is needed: JSON, as a bundler makes it. */
export interface SourceMapJson {
  readonly sources: readonly (string | null)[]
  readonly sourceRoot?: string | null
  readonly mappings: string
}

/** @param folder absolute path of the one that the sources are named from */
export function namedFromRoot(map: SourceMapJson, folder: string, root: string): string {
  const { sourceRoot, sources, ...others } = map
  const named = sources.map((source) => source && fromRoot(source))
  return JSON.stringify({ ...others, sources: named })

  function fromRoot(source: string): string {
    return relative(root, resolve(folder, sourceRoot ?? '', source))
      .split(sep)
      .join('/')
  }
}
