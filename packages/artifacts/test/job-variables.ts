/** Lists the environment variables that a real job of each provider has, as far as its documentation names them; values are of the documented form. */
import type { Variables } from '../src/node/publish/environment.ts'

/** What every shell has. */
const shell = { PATH: process.env.PATH, HOME: '/home/runner', LANG: 'C.UTF-8' }

/** https://docs.github.com/actions/reference/workflows-and-actions/variables: a `run:` step. */
export const githubJob = (workspace: string): Variables => ({
  ...shell,
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTION: '__run',
  GITHUB_ACTOR: 'octocat',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_HEAD_REF: 'feature',
  GITHUB_JOB: 'e2e',
  GITHUB_REF: 'refs/pull/7/merge',
  GITHUB_REPOSITORY: 'octo/game',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_NUMBER: '3',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_WORKFLOW: 'CI',
  GITHUB_WORKSPACE: workspace,
  RUNNER_ARCH: 'X64',
  RUNNER_NAME: 'GitHub Actions 3',
  RUNNER_OS: 'Linux',
  RUNNER_TEMP: workspace,
})

/** https://docs.gitlab.com/ci/variables/predefined_variables/ with `parallel: 4`. */
export const gitlabJob = (workspace: string): Variables => ({
  ...shell,
  CI: 'true',
  GITLAB_CI: 'true',
  CI_BUILDS_DIR: '/builds',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  CI_JOB_GROUP_NAME: 'e2e',
  CI_JOB_ID: '1234567',
  CI_JOB_NAME: 'e2e 2/4',
  CI_JOB_STAGE: 'test',
  CI_JOB_TOKEN: 'glcbt-64_secretsecret',
  CI_NODE_INDEX: '2',
  CI_NODE_TOTAL: '4',
  CI_PIPELINE_ID: '98765',
  CI_PROJECT_DIR: workspace,
  CI_PROJECT_PATH: 'group/game',
  CI_SERVER: 'yes',
  CI_SERVER_URL: 'https://gitlab.example',
  GITLAB_USER_LOGIN: 'dev',
})

/** https://learn.microsoft.com/azure/devops/pipelines/build/variables: a leg of a matrix. */
export const azureJob = (workspace: string): Variables => ({
  ...shell,
  TF_BUILD: 'True',
  AGENT_ID: '8',
  AGENT_JOBNAME: 'e2e linux',
  AGENT_NAME: 'Azure Pipelines 2',
  BUILD_ARTIFACTSTAGINGDIRECTORY: `${workspace}/a`,
  BUILD_BUILDID: '4711',
  BUILD_BUILDNUMBER: '20260101.1',
  BUILD_REASON: 'PullRequest',
  BUILD_SOURCESDIRECTORY: workspace,
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/game/',
  SYSTEM_DEFAULTWORKINGDIRECTORY: workspace,
  SYSTEM_HOSTTYPE: 'build',
  SYSTEM_JOBATTEMPT: '1',
  SYSTEM_JOBNAME: 'linux',
  SYSTEM_JOBPOSITIONINPHASE: '1',
  SYSTEM_PHASENAME: 'e2e',
  SYSTEM_STAGENAME: '__default',
  SYSTEM_TEAMPROJECT: 'game',
  SYSTEM_TOTALJOBSINPHASE: '2',
})

/** https://buildkite.com/docs/pipelines/configure/environment-variables with `parallelism: 3`. */
export const buildkiteJob = (workspace: string): Variables => ({
  ...shell,
  CI: 'true',
  BUILDKITE: 'true',
  BUILDKITE_AGENT_ACCESS_TOKEN: 'bkaa_8f1d2c3b4a5e',
  BUILDKITE_AGENT_NAME: 'agent-1',
  BUILDKITE_BRANCH: 'main',
  BUILDKITE_BUILD_CHECKOUT_PATH: workspace,
  BUILDKITE_BUILD_ID: '4735ba57-80d0-46e2-8fa0-b28223a86586',
  BUILDKITE_BUILD_NUMBER: '1514',
  BUILDKITE_COMMAND: 'npm run export-telemetry',
  BUILDKITE_JOB_ID: 'e44f9784-e20e-4b93-a21d-f41fd5869db9',
  BUILDKITE_LABEL: ':joystick: e2e',
  BUILDKITE_ORGANIZATION_SLUG: 'game',
  BUILDKITE_PARALLEL_JOB: '0',
  BUILDKITE_PARALLEL_JOB_COUNT: '3',
  BUILDKITE_PIPELINE_SLUG: 'game',
  BUILDKITE_RETRY_COUNT: '1',
  BUILDKITE_STEP_KEY: 'e2e',
})

/** https://circleci.com/docs/reference/variables/ with `parallelism: 4`. */
export const circleJob = (workspace: string): Variables => ({
  ...shell,
  CI: 'true',
  CIRCLECI: 'true',
  CIRCLE_BRANCH: 'main',
  CIRCLE_BUILD_NUM: '301',
  CIRCLE_JOB: 'e2e',
  CIRCLE_NODE_INDEX: '3',
  CIRCLE_NODE_TOTAL: '4',
  CIRCLE_PROJECT_REPONAME: 'game',
  CIRCLE_PROJECT_USERNAME: 'octo',
  CIRCLE_SHA1: 'ffac537e6cbbf934b08745a378932722df287a53',
  CIRCLE_WORKFLOW_ID: 'f6ba2e8e-6d0b-4f6b-9a51-3f0f5a1cf3c4',
  CIRCLE_WORKING_DIRECTORY: workspace,
})

/** https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html, those that are environment variables. */
export const teamcityJob = (workspace: string): Variables => ({
  ...shell,
  BUILD_NUMBER: '88',
  BUILD_URL: 'https://teamcity.example/buildConfiguration/Game_E2e/123',
  BUILD_VCS_NUMBER: 'ffac537e6cbbf934b08745a378932722df287a53',
  TEAMCITY_BUILDCONF_NAME: 'E2E tests',
  TEAMCITY_BUILD_PROPERTIES_FILE: `${workspace}/build.properties`,
  TEAMCITY_PROJECT_NAME: 'Game',
  TEAMCITY_VERSION: '2025.07 (build 197398)',
})
