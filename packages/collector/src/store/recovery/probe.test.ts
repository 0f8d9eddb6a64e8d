import { expect, it } from 'vitest'
import { classifyExit, classifyFailure } from './probe.ts'

it.each(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'])('takes %s for the file’s doing', (signal) => {
  expect(classifyExit(signal, undefined, '').kind).toBe('corrupt')
})

it.each(['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGHUP'])('takes %s for somebody stopping the probe', (signal) => {
  expect(classifyExit(signal, undefined, '')).toEqual({
    kind: 'unusable',
    reason: `Opening it ended the process (${signal})`,
  })
})

it('tells a probe that did not start from one that crashed', () => {
  expect(classifyExit(undefined, 1, 'no such module')).toMatchObject({ kind: 'unusable' })
  expect(classifyExit(undefined, 3221225477, '').kind).toBe('corrupt')
})

it('tells a damaged file from one that somebody has open, and from a full disk', () => {
  expect(classifyFailure('IO Error: Could not set lock on file').kind).toBe('in_use')
  expect(classifyFailure('IO Error: No space left on device').kind).toBe('unusable')
  expect(classifyFailure('IO Error: not a valid DuckDB database file').kind).toBe('corrupt')
})
