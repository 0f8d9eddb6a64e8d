/** Declares what a stack becomes by source maps. */
import type { Stack, StackFrame } from './stack.ts'

export interface ResolvedStack {
  /** One a frame; undefined where no map leads on. */
  readonly originals: readonly (OriginalFrame | undefined)[]
  /** Why scripts have no map, a sentence each. */
  readonly faults: readonly string[]
}

export interface OriginalFrame {
  /** Of the function around it; empty where that has none. */
  readonly name: string
  /** From the root of the game. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The lines around it; none where the map does not hold its sources. */
  readonly excerpt: readonly { readonly line: number; readonly text: string }[]
}

/** What `eval`, blobs and the browser itself run comes from no build. */
export const isMappable = ({ file, line, column }: StackFrame): boolean =>
  /^(?!blob:|data:|node:)[^\s()<>]+$/.test(file) && line > 0 && column > 0

export interface StackResolver {
  /** Rejects as the API does, but for a map that is not there, or too large. */
  resolve(stack: Stack, build: string | undefined, signal: AbortSignal): Promise<ResolvedStack>
}
