/** Leads the frames of a stack back to the sources of the game, by the source maps of its scripts. */
import { messageOf } from '@downlink/protocol'
import { AnyMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping'
import { ApiError, type fetchSourceMap } from '../api.ts'
import { enclosingFunction } from './enclosing-function.ts'
import { isMappable, type OriginalFrame, type StackResolver } from './resolved-stack.ts'
import type { StackFrame } from './stack.ts'

/** Of as many scripts the maps are kept: whoever steps from error to error asks for the same ones. They may be large. */
const keptMaps = 8

/** Lines before the one of a frame, and after it. */
const linesAround = 3
/** Of a line that is shown, in characters: a source may be one line. */
const longestLine = 200

type ReadMap = { readonly ok: true; readonly map: TraceMap } | { readonly ok: false; readonly fault: string }

export function createStackResolver(fetchMap: typeof fetchSourceMap): StackResolver {
  const kept = new Map<string, ReadMap>()

  return {
    async resolve({ frames }, build, signal) {
      const scripts = [...new Set(frames.filter(isMappable).map(scriptOf))]
      const maps = new Map(
        await Promise.all(scripts.map(async (script) => [script, await mapOf(script, build, signal)] as const)),
      )
      return {
        originals: frames.map((frame) => {
          const read = isMappable(frame) ? maps.get(scriptOf(frame)) : undefined
          return read?.ok ? originalOf(frame, read.map) : undefined
        }),
        faults: [...maps.values()].flatMap((read) => (read.ok ? [] : [read.fault])),
      }
    },
  }

  async function mapOf(script: string, build: string | undefined, signal: AbortSignal): Promise<ReadMap> {
    const key = JSON.stringify([script, build])
    const read = kept.get(key) ?? (await readMap(script, build, signal))
    kept.delete(key)
    // One that is not there may come.
    if (read.ok) kept.set(key, read)
    for (const oldest of [...kept.keys()].slice(0, -keptMaps)) kept.delete(oldest)
    return read
  }

  async function readMap(script: string, build: string | undefined, signal: AbortSignal): Promise<ReadMap> {
    try {
      const text = await fetchMap(script, build, signal)
      return text === undefined ? { ok: false, fault: noneOf(script, build) } : readText(text, script)
    } catch (error) {
      if (error instanceof ApiError && isOfScript.has(error.code)) return { ok: false, fault: error.message }
      throw error
    }
  }
}

/** Refusals that other scripts need not meet with. */
const isOfScript = new Set(['source_map_too_large', 'bad_request'])

const noneOf = (script: string, build: string | undefined): string =>
  `No source map is kept of ${script}, ${build === undefined ? 'and the session names no build' : `build ${build}`}.`

function readText(text: string, script: string): ReadMap {
  try {
    return { ok: true, map: new AnyMap(text) }
  } catch (error) {
    return { ok: false, fault: `The source map of ${script} can not be read: ${messageOf(error)}` }
  }
}

/** A query names no other script. */
const scriptOf = ({ file }: StackFrame): string => file.replace(/[?#].*$/, '')

function originalOf(frame: StackFrame, map: TraceMap): OriginalFrame | undefined {
  // Browsers count columns from 1, and maps from 0.
  const { source, line, column } = originalPositionFor(map, { line: frame.line, column: frame.column - 1 })
  if (source === null) return undefined
  const text = sourceContentFor(map, source)
  const name = text === null ? undefined : enclosingFunction(text, source, line, column)
  const excerpt = text === null ? [] : excerptOf(text, line)
  return { name: name ?? frame.name, file: source, line, column: column + 1, excerpt }
}

function excerptOf(text: string, line: number): OriginalFrame['excerpt'] {
  const from = Math.max(1, line - linesAround)
  return text
    .split(/\r?\n/)
    .slice(from - 1, line + linesAround)
    .map((words, at) => ({ line: from + at, text: words.slice(0, longestLine) }))
}
