import { expect, it } from 'vitest'
import { readJob } from './ci-job.ts'

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
