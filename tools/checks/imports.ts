/** Checks the dependency rule of docs/architecture.md, read off every import there is, type-only ones included. */
import { posix } from 'node:path'
import { type CheckResult, resultOf } from './check.ts'
import { readSources, type SourceFile } from './sources.ts'

/** Who may import whom. Nobody imports a game: the commands load one by its path. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/artifacts': ['protocol'],
  'packages/client': ['protocol'],
  'packages/collector': ['protocol', 'artifacts'],
  'packages/world-state': ['artifacts', 'protocol'],
  'packages/dashboard': ['protocol', 'collector', 'artifacts'],
  'packages/playwright': ['artifacts', 'protocol', 'collector'],
  'packages/vite': ['client', 'collector'],
  'packages/create-downlink': [],
  'packages/cli': ['protocol', 'client', 'collector', 'artifacts', 'world-state', 'playwright'],
  'games/red-vs-blue': ['protocol', 'client', 'artifacts', 'world-state', 'vite'],
}

export async function checkImports(): Promise<CheckResult> {
  const files = await readSources()
  const shipped = files.filter(({ isTest }) => !isTest)
  const faults = [
    ...files.flatMap(strayFaults),
    ...shipped.flatMap(layerFaults),
    ...shipped.flatMap(barrelFaults),
    ...upwardFaults(shipped),
  ]
  return { ...resultOf(faults), note: `${files.length} files` }
}

/** A relative path must not leave its package: only a name shows in package.json what a package needs. */
function strayFaults({ path, workspace, imports }: SourceFile): string[] {
  return imports
    .filter((specifier) => specifier.startsWith('.') && !resolve(path, specifier).startsWith(`${workspace}/`))
    .map((specifier) => `${path} reaches out of its package: ${specifier}`)
}

function layerFaults({ path, workspace, imports }: SourceFile): string[] {
  const may = allowed[workspace]
  if (may === undefined) return [`${workspace} has no place in the dependency rule (tools/checks/imports.ts)`]
  return imports
    .map((specifier) => /^@downlink\/([^/]+)/.exec(specifier)?.[1])
    .filter((name) => name !== undefined && !may.includes(name))
    .map((name) => `${path} imports @downlink/${name}, but ${workspace} may import ${may.join(', ') || 'no package'}`)
}

/** A barrel ties a folder's files into one knot; the package's own `index.ts` is for its users only. */
function barrelFaults({ path, workspace, imports, exportsAll }: SourceFile): string[] {
  const index = `${workspace}/src/index.ts`
  const faults: string[] = []
  if (exportsAll) faults.push(`${path} has an \`export *\`: name what is exported`)
  if (/\/index\.tsx?$/.test(path) && path !== index) faults.push(`${path} is a folder barrel`)
  if (imports.some((specifier) => specifier.startsWith('.') && resolve(path, specifier) === index)) {
    faults.push(`${path} imports its own package's index.ts`)
  }
  return faults
}

/**
 * Imports go down only. A folder directly under `src`, or a file there, is one floor:
 * where two floors import each other, however far around, one of the arrows points up.
 */
function upwardFaults(files: readonly SourceFile[]): string[] {
  const floors = new Map<string, Map<string, string>>()
  for (const { path, imports } of files) {
    const below = floors.get(floorOf(path)) ?? new Map<string, string>()
    floors.set(floorOf(path), below)
    for (const specifier of imports.filter((each) => each.startsWith('.'))) {
      const target = resolve(path, specifier)
      if (floorOf(target) !== floorOf(path)) below.set(floorOf(target), `${path} → ${target}`)
    }
  }
  const faults: string[] = []
  const done = new Set<string>()
  const descend = (floor: string, above: readonly string[]): void => {
    if (above.includes(floor)) {
      const circle = [...above.slice(above.indexOf(floor)), floor]
      const arrows = circle.slice(1).map((lower, at) => floors.get(circle[at] ?? '')?.get(lower))
      faults.push(`imports go in a circle:\n  ${arrows.join('\n  ')}`)
      return
    }
    if (done.has(floor)) return
    for (const lower of floors.get(floor)?.keys() ?? []) descend(lower, [...above, floor])
    done.add(floor)
  }
  for (const floor of floors.keys()) descend(floor, [])
  return faults
}

const resolve = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier)

/** `packages/collector/src/store/tables.ts` → `packages/collector/src/store` */
const floorOf = (path: string): string => path.split('/').slice(0, 4).join('/')
