/** Tries a target as the process of `target-process.ts`. Its arguments: the target, the seed, how many milliseconds, and a folder for notes. */
import { readCases } from './cases.ts'
import { fuzzTarget } from './fuzz-target.ts'
import type { TargetMessage } from './target-process.ts'
import { targets } from './targets.ts'
import { noteInputs } from './under-way.ts'

const [name, seed, durationMs, notes = ''] = process.argv.slice(2)
const target = targets.find((one) => one.name === name)
if (!target) throw new Error(`Expected the name of a target, got ${name}`)

const tell = (message: TargetMessage): void => void process.send?.(message)
let inputs = 0
const ticking = setInterval(() => tell({ kind: 'progress', inputs }), 1000)
process.once('disconnect', () => process.exit(1))
const report = await fuzzTarget(target, {
  seed: Number(seed),
  durationMs: Number(durationMs),
  first: await readCases(target.name),
  onInput: noteInputs(notes),
  onProgress(count) {
    inputs = count
  },
})
clearInterval(ticking)
// What never came back holds this process no longer.
process.send?.({ kind: 'report', report } satisfies TargetMessage, () => process.exit())
