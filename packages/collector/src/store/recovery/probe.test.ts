import { expect, it } from 'vitest'
import { judgeEnd, judgeFailure } from './probe.ts'

it.each(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'])('takes %s for the file’s doing', (signal) => {
  expect(judgeEnd(signal, undefined, '').kind).toBe('corrupt')
})

it.each(['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGHUP'])('takes %s for somebody stopping the probe', (signal) => {
  expect(judgeEnd(signal, undefined, '')).toEqual({
    kind: 'unusable',
    reason: `Opening it ended the process (${signal})`,
  })
})

it('tells a probe that did not start from one that crashed', () => {
  expect(judgeEnd(undefined, 1, 'no such module')).toMatchObject({ kind: 'unusable' })
  expect(judgeEnd(undefined, 3221225477, '').kind).toBe('corrupt')
})

it('tells a damaged file from one that somebody has open, and from a full disk', () => {
  expect(judgeFailure('IO Error: Could not set lock on file').kind).toBe('in_use')
  expect(judgeFailure('IO Error: No space left on device').kind).toBe('unusable')
  expect(judgeFailure('IO Error: not a valid DuckDB database file').kind).toBe('corrupt')
})
