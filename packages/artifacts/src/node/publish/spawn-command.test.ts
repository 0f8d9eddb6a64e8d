import { expect, it } from 'vitest'
import { findBatchFile } from './spawn-command.ts'

const on = (...files: readonly string[]) => {
  return (program: string) => findBatchFile(program, { Path: 'C:\\bin;;C:\\az' }, async (path) => files.includes(path))
}

it('finds the batch file that a shell would have run', async () => {
  expect(await on('C:\\az\\az.cmd')('az')).toBe('C:\\az\\az.cmd')
  expect(await on('C:\\az\\az.bat')('az.bat')).toBe('C:\\az\\az.bat')
  expect(await on('D:\\x\\run.bat')('D:\\x\\run')).toBe('D:\\x\\run.bat')
})

it('finds nothing where there is none', async () => {
  expect(await on('C:\\az\\az.exe')('az')).toBeUndefined()
  expect(await findBatchFile('az', {}, async () => true)).toBeUndefined()
  expect(await findBatchFile('downlink-no-such-program', { PATH: '/bin' })).toBeUndefined()
})
