import { describe, expect, it } from 'vitest'
import { fakeTime, never } from '../../test-doubles.ts'
import { CiArtifactPublisher } from './ci-artifact-publisher.ts'
import type { PublishFileSystem } from './environment.ts'
import { fakeEnvironment } from './test-doubles.ts'

const files = { '/work/out/a.json': '{}\n', '/work/out/b.json': '{}\n' }
const paths = Object.keys(files)
const timeoutMs = 1000

/** A publisher of which one part never answers, and what it has come to after its time limits. */
async function publishHung(
  part: Partial<PublishFileSystem>,
  more: { readonly variables?: Record<string, string>; readonly hungOutput?: true; readonly hungRunner?: true } = {},
) {
  const time = fakeTime()
  const fake = fakeEnvironment({ CI: 'true', ...more.variables }, files)
  const publisher = new CiArtifactPublisher({
    ...fake,
    setTimer: time.setTimer,
    timeoutMs,
    fileSystem: { ...fake.fileSystem, ...part },
    ...(more.hungOutput && { output: never }),
    ...(more.hungRunner && { commandRunner: never, commands: [['up']] }),
  })
  const publishing = publisher.publish(paths)
  await time.pass(timeoutMs)
  if (more.hungRunner) await time.pass(10_000)
  return publishing
}

async function* hanging(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array()
  await never()
}

describe.skipIf(process.platform === 'win32')('the time limit', () => {
  it('holds for the manifest', async () => {
    expect((await publishHung({ writeAtomically: never })).failures).toEqual([
      { code: 'manifest_not_written', message: '/work/out/ci-artifacts.json: it had not ended after 1000 ms' },
    ])
  })

  it('holds for reading the files back, once for all of them', async () => {
    const { failures } = await publishHung({ read: hanging })
    expect(failures.map(({ code }) => code)).toEqual(['file_unreadable', 'file_unreadable', 'manifest_not_written'])
    expect(failures[1]?.message).toContain('it hangs since')
  })

  it('holds for the files that a step of GitHub writes', async () => {
    const variables = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: '/gh/output', GITHUB_STEP_SUMMARY: '/gh/summary' }
    const { failures } = await publishHung({ append: never }, { variables })
    expect(failures.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "provider_not_told $GITHUB_OUTPUT can't be written: it had not ended after 1000 ms",
      "provider_not_told $GITHUB_STEP_SUMMARY can't be written: it hangs since an earlier call",
    ])
  })

  it('holds for a line that nobody takes', async () => {
    const { failures } = await publishHung({}, { variables: { TF_BUILD: 'True' }, hungOutput: true })
    expect(failures[0]).toEqual({
      code: 'provider_not_told',
      message: "stdout can't be written: it had not ended after 1000 ms",
    })
  })

  it('holds for a command that can not even be killed', async () => {
    const { failures } = await publishHung({}, { hungRunner: true })
    expect(failures.map(({ code }) => code)).toEqual(['command_timeout'])
  })
})
