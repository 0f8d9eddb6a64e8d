import { resolve } from 'node:path'
import type { Variables } from '@downlink/artifacts/node'
import { expect, it } from 'vitest'
import { type ExportFlags, type ExportSettings, exportSettings } from './settings.ts'

const plain: ExportFlags = { game: 'g', seed: 1, failOn: 'publish' }

const settingsOf = (flags: Partial<ExportFlags> = {}, variables: Variables = {}): ExportSettings =>
  exportSettings({ ...plain, ...flags }, variables, () => 5)

it('asks flags before the environment, and the environment before the defaults', () => {
  expect(settingsOf()).toEqual({
    ...plain,
    artifactDir: resolve('telemetry-artifacts'),
    metadata: resolve('telemetry-artifacts', 'ci-artifacts.json'),
    nowMs: 5,
    context: {},
    commands: undefined,
  })
  const environment = {
    TELEMETRY_EXPORT_DIR: 'out',
    TELEMETRY_CI_COMMANDS: '[["put","{path}"]]',
    SOURCE_DATE_EPOCH: '60',
  }
  expect(settingsOf({}, environment)).toMatchObject({
    artifactDir: resolve('out'),
    metadata: resolve('out', 'ci-artifacts.json'),
    nowMs: 60_000,
    commands: [['put', '{path}']],
  })
  const flags = { artifactDir: 'flag', now: 7, ciCommand: [['flag']], metadata: 'm.json' }
  expect(settingsOf(flags, environment)).toMatchObject({
    artifactDir: resolve('flag'),
    metadata: 'm.json',
    nowMs: 7,
    commands: [['flag']],
  })
})

it('takes a variable that is set to nothing for one that is not set', () => {
  const environment = { TELEMETRY_EXPORT_DIR: '', TELEMETRY_CI_COMMANDS: ' ', SOURCE_DATE_EPOCH: '' }
  expect(settingsOf({}, environment)).toEqual(settingsOf())
})

it('names the variable that is wrong, what came and what was expected; but only if it is asked', () => {
  const environment = { SOURCE_DATE_EPOCH: 'yesterday', TELEMETRY_CI_COMMANDS: 'rm -rf' }
  expect(() => settingsOf({}, environment)).toThrow(/SOURCE_DATE_EPOCH is "yesterday".*whole seconds/)
  expect(() => settingsOf({ now: 1 }, environment)).toThrow(/TELEMETRY_CI_COMMANDS is text of 6 characters.*JSON array/)
  expect(settingsOf({ now: 1, ciCommand: [['a']] }, environment).nowMs).toBe(1)
})

it('keeps keys of the context as data, whatever they are called', () => {
  const { context } = settingsOf({
    context: [
      ['__proto__', 'x'],
      ['a', 'b=c'],
      ['a', 'last'],
    ],
  })
  expect(Object.entries(context)).toEqual([
    ['__proto__', 'x'],
    ['a', 'last'],
  ])
  expect(Object.getPrototypeOf(context)).toBe(Object.prototype)
})

it('plays no tick on from a snapshot, unless told to', () => {
  expect(settingsOf()).not.toHaveProperty('ticks')
  expect(settingsOf({ snapshot: 's.json' }).ticks).toBe(0)
  expect(settingsOf({ snapshot: 's.json', ticks: 9 }).ticks).toBe(9)
})
