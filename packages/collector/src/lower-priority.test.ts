import { execFileSync } from 'node:child_process'
import { constants } from 'node:os'
import { expect, it } from 'vitest'

it.skipIf(process.platform !== 'linux')('holds for each thread of the process, and for those that it starts', () => {
  const script = `
    import { readdirSync } from 'node:fs'
    import { getPriority } from 'node:os'
    import { Worker } from 'node:worker_threads'
    import { lowerPriority } from '${new URL('../dist/lower-priority.js', import.meta.url)}'
    lowerPriority()
    new Worker('setTimeout(() => {}, 1e6)', { eval: true }).once('online', () => {
      console.log(JSON.stringify(readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)))))
      process.exit()
    })`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  const priorities: readonly number[] = JSON.parse(printed)
  expect(Math.min(...priorities)).toBeGreaterThanOrEqual(constants.priority.PRIORITY_BELOW_NORMAL)
})

it('leaves a process alone that is lower already', () => {
  const script = `
    import { getPriority, setPriority } from 'node:os'
    import { lowerPriority } from '${new URL('../dist/lower-priority.js', import.meta.url)}'
    setPriority(${constants.priority.PRIORITY_LOW})
    lowerPriority()
    console.log(getPriority())`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  expect(Number(printed)).toBe(constants.priority.PRIORITY_LOW)
})
