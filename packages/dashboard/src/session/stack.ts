/** Reads a stack as the browsers write it. */

export interface StackFrame {
  /** Empty where the code had no name. */
  readonly name: string
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Stack {
  /** What stands before the frames. */
  readonly message: string
  readonly frames: readonly StackFrame[]
}

/** `at name (file:1:2)`, `at file:1:2`: Chrome, Node. */
const v8Frame = /^\s*at (?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/
/** `name@file:1:2`, `@file:1:2`: Firefox, Safari. */
const otherFrame = /^\s*([^@\s]*(?:\s[^@\s]*)?)@(.+?):(\d+):(\d+)$/

/** Bounds the work on text from outside. */
const maxLines = 200
const longestLine = 1000

/** @returns undefined where the text is no stack */
export function readStack(text: string): Stack | undefined {
  const lines = text.split('\n', maxLines).map((line) => line.slice(0, longestLine))
  const frames = lines.map(readFrame)
  const first = frames.findIndex((frame) => frame !== undefined)
  if (first < 0) return undefined
  return {
    message: lines.slice(0, first).join('\n').trim(),
    frames: frames.filter((frame) => frame !== undefined),
  }
}

function readFrame(line: string): StackFrame | undefined {
  const [, name = '', file = '', at = '', column = ''] = v8Frame.exec(line) ?? otherFrame.exec(line) ?? []
  return file === '' ? undefined : { name, file, line: Number(at), column: Number(column) }
}

/** The last parts of a path, by which people know a file. @example shortFile('https://game.example/assets/index-abc.js?v=1') === 'assets/index-abc.js' */
export const shortFile = (file: string): string =>
  file
    .replace(/[?#].*$/, '')
    .split('/')
    .slice(-2)
    .join('/')

/** The first stack within a payload, wherever it stands. */
export function stackIn(data: unknown, depth = 0): Stack | undefined {
  if (typeof data === 'string') return readStack(data)
  if (typeof data !== 'object' || data === null || depth > deepest) return undefined
  for (const value of Object.values(data)) {
    const stack = stackIn(value, depth + 1)
    if (stack) return stack
  }
  return undefined
}

/** As deep as an event may nest. */
const deepest = 32
