import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publishName, readJob } from './ci-job.ts'
import type { CiJob } from './provider.ts'

it.each([
  ['no CI', {}, { isCi: false, provider: 'none' }],
  ['an unknown CI', { CI: 'true' }, { isCi: true, provider: 'none' }],
  ['a CI without a provider here', { TRAVIS: 'true' }, { isCi: true, provider: 'none', vendor: 'Travis CI' }],
  [
    'one job of a step that is not parallel',
    { BUILDKITE: 'true', BUILDKITE_LABEL: ':e2e:', BUILDKITE_STEP_KEY: '', BUILDKITE_RETRY_COUNT: '0' },
    { isCi: true, provider: 'buildkite', vendor: 'Buildkite', job: ':e2e:', attempt: '1' },
  ],
  [
    'one container',
    { CIRCLECI: 'true', CIRCLE_JOB: 'e2e', CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '1', CIRCLE_BUILD_NUM: '5' },
    { isCi: true, provider: 'circleci', vendor: 'CircleCI', job: 'e2e', attempt: '5' },
  ],
  [
    'counts that are none',
    { CIRCLECI: 'true', CIRCLE_JOB: 'e2e', CIRCLE_NODE_INDEX: 'x', CIRCLE_NODE_TOTAL: '-1' },
    { isCi: true, provider: 'circleci', vendor: 'CircleCI', job: 'e2e' },
  ],
  [
    'a GitLab job that is not parallel, under its full name',
    { GITLAB_CI: 'true', CI_JOB_NAME: 'e2e: [a, b]', CI_JOB_GROUP_NAME: 'e2e', CI_JOB_ID: '9' },
    { isCi: true, provider: 'gitlab', vendor: 'GitLab CI', job: 'e2e: [a, b]', attempt: '9' },
  ],
  [
    'a GitHub token that is none',
    { GITHUB_ACTIONS: 'true', ACTIONS_RUNTIME_TOKEN: 'nonsense' },
    { provider: 'github' },
  ],
  [
    'a GitHub token without the scope',
    { GITHUB_ACTIONS: 'true', ACTIONS_RUNTIME_TOKEN: `a.${Buffer.from('{}').toString('base64url')}.b` },
    { provider: 'github' },
  ],
])('reads %s', (_, variables, job) => {
  const read = readJob(variables as Record<string, string>)
  expect(read).toMatchObject(job)
  expect(read.shard).toBeUndefined()
})

it('tells stages and legs of Azure apart', () => {
  const job = readJob({
    TF_BUILD: 'True',
    SYSTEM_STAGENAME: 'test',
    SYSTEM_PHASENAME: 'e2e',
    SYSTEM_JOBNAME: '__default',
    SYSTEM_JOBATTEMPT: '2',
  })
  expect(job).toMatchObject({ provider: 'azure', job: 'test-e2e', attempt: '2' })
})

const job = (facts: Partial<CiJob>): CiJob => ({ isCi: true, provider: 'github', ...facts })

describe('publishName', () => {
  it('is made of job, shard and attempt', () => {
    expect(publishName(job({ job: 'e2e', shard: '2-of-4', attempt: '3' }), undefined)).toBe('telemetry-e2e-2-of-4-3')
    expect(publishName(job({}), undefined)).toBe('telemetry')
  })

  it('is the chosen one where there is one', () => {
    expect(publishName(job({ job: 'e2e' }), 'night.ly_1')).toBe('night.ly_1')
  })

  it.each(['a/b', 'a:b', 'a\\b', '../a', 'a"b', 'a<b>c|d*e?f', 'a\r\nb', '  ', '🚀', '---', 'x'.repeat(300)])(
    'has no character that a provider refuses: %j',
    (chosen) => {
      const name = publishName(job({}), chosen)
      expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u)
      expect(name.length).toBeLessThanOrEqual(100)
    },
  )

  it('keeps names apart that would be cleaned to the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.normalize('NFC') !== b.normalize('NFC'))
        const [first, second] = [a, b].map((name) => publishName(job({ job: `e2e (${name})` }), undefined))
        expect(first).not.toBe(second)
      }),
    )
  })
})
