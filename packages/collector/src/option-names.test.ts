import { expect, it } from 'vitest'
import { warnOfUnknownOptions } from './option-names.ts'

const warningsOf = (options: object): unknown[] => {
  const warnings: unknown[] = []
  warnOfUnknownOptions(options, { warn: (message: unknown) => void warnings.push(message) })
  return warnings
}

it('names options that there are not, wherever they stand', () => {
  const options = {
    ...{ evnts: {}, sourceMap: './maps', data: './.downlink' },
    ...{ limits: { maxFrameByte: 5, windowEvents: 5 }, commit: { groupMS: 5 }, query: { timeLimit: 5 } },
    retention: { keepDays: 5, keepMs: 60_000 },
  }
  expect(warningsOf(options)).toEqual([
    'There is no option `evnts`: did you mean `events`?',
    'There is no option `sourceMap`: did you mean `sourceMaps`?',
    'limits: There is no option `maxFrameByte`: did you mean `maxFrameBytes`?',
    'commit: There is no option `groupMS`: did you mean `groupMs`?',
    'query: There is no option `timeLimit`: did you mean `timeLimitMs`?',
    'retention: There is no option `keepDays`',
  ])
})

it('has nothing to say of those that there are', () => {
  expect(warningsOf({ data: '.', logger: false, limits: { maxSockets: 5 }, retention: { keepMs: 60_000 } })).toEqual([])
})
