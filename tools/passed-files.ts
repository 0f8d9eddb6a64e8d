/** Notes which of our built files code passes through: those on the stack at a moment, and those of which any ran. */
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import { root } from './node-tool.ts'

export interface Path {
  /** Files that are given what travels. */
  readonly passed: readonly string[]
  /** Files that run beside it, with what each does. */
  readonly beside: readonly string[]
}

/** @param beside what the files do that are not given what travels; a file that is not named is */
export const without = (files: readonly string[], beside: Readonly<Record<string, string>>): Path => ({
  passed: files.filter((file) => !(file in beside)),
  beside: files.flatMap((file) => (file in beside ? [`${file}, which ${beside[file]}`] : [])),
})

Error.stackTraceLimit = Number.POSITIVE_INFINITY

const ourFile = /file:\/\/[^\s)]+?\/dist\/[^\s)]+?\.js/g

/** The outermost first, callers that wait among them, as paths from the root. */
export function filesOnStack(): readonly string[] {
  const urls = (new Error().stack ?? '').matchAll(ourFile)
  return [...new Set([...urls].map(([url]) => fromRoot(url)))].filter((path) => path.startsWith('packages/')).reverse()
}

/** Notes at each call of a function which files are on the stack. @returns ends it */
export function noticeCalls<Name extends string>(
  owner: { [K in Name]: unknown },
  name: Name,
  passed: Set<string>,
): () => void {
  const original = owner[name] as (...args: unknown[]) => unknown
  function noticed(this: unknown, ...args: unknown[]): unknown {
    const files = filesOnStack()
    // A timer alone hands nothing on.
    if (files.length > 1) for (const file of files) passed.add(file)
    return original.apply(this, args)
  }
  Object.assign(owner, { [name]: noticed })
  return () => void Object.assign(owner, { [name]: original })
}

/** The files of which any code runs meanwhile, in the order of their names. */
export async function filesThatRun(action: () => unknown): Promise<readonly string[]> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await action()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  return result
    .filter(({ url, functions }) => url.match(ourFile) && functions.some(({ ranges }) => ranges[0]?.count))
    .map(({ url }) => fromRoot(url))
    .filter((path) => path.startsWith('packages/'))
    .sort()
}

const fromRoot = (url: string): string => fileURLToPath(url).slice(root.length).replaceAll('\\', '/')
