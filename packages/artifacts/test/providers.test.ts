/** The publisher as each CI would run it: its variables, its files, real child processes. GitHub's upload has a file of its own. */
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CiArtifactPublisher } from '../src/node/publish/ci-artifact-publisher.ts'
import type { Variables } from '../src/node/publish/environment.ts'
import type { CiArtifactPublisherOptions } from '../src/node/publish/options.ts'
import type { PublishResult } from '../src/publish-result.ts'
import { type ExportFolder, makeExport } from './export-folder.ts'
import { azureJob, buildkiteJob, circleJob, githubJob, gitlabJob, teamcityJob } from './job-variables.ts'

let made: ExportFolder
let printed: string[]

beforeEach(async () => {
  made = await makeExport()
  printed = []
})
afterEach(() => made.remove())

async function publishAs(
  variables: Variables,
  options: Partial<CiArtifactPublisherOptions> = {},
): Promise<PublishResult> {
  const output = (line: string) => void printed.push(line)
  const publisher = new CiArtifactPublisher({ variables, output, timeoutMs: 10_000, ...options })
  return publisher.publish(made.paths, { mission: 'cascade' })
}

const names = ['events', 'missions', 'summary'].map((section) => {
  const extension = { events: 'ndjson', missions: 'csv', summary: 'json' }[section]
  return `save-inspector-${section}-20260101T000000Z.${extension}`
})

describe('the manifest', () => {
  it('has the files by path, with sizes, hashes and types, and the same bytes each time', async () => {
    const first = await publishAs(gitlabJob(made.workspace))
    const text = await readFile(first.manifest ?? '', 'utf8')
    expect(text).toMatchInlineSnapshot(`
      "{
        "formatVersion": 1,
        "artifactName": "telemetry-e2e-2-of-4-1234567",
        "provider": "gitlab",
        "job": {
          "vendor": "GitLab CI",
          "job": "e2e",
          "shard": "2-of-4",
          "attempt": "1234567"
        },
        "context": {
          "mission": "cascade"
        },
        "files": [
          {
            "path": "save-inspector-events-20260101T000000Z.ndjson",
            "bytes": 300000,
            "sha256": "10e5ea249ba15cf9da0925b29f6caca069e088f63eec3521e5560c1a0394058a",
            "mimeType": "application/x-ndjson",
            "state": "present"
          },
          {
            "path": "save-inspector-missions-20260101T000000Z.csv",
            "bytes": 39,
            "sha256": "a752775ae45a52284bbf14cbc407af188f82da096c0ac3320e0bc61c65687997",
            "mimeType": "text/csv",
            "state": "present"
          },
          {
            "path": "save-inspector-summary-20260101T000000Z.json",
            "bytes": 20,
            "sha256": "530487343c777d0f4ac9209c2b8334580c7fffe89079ba2769b42557bd4c37d6",
            "mimeType": "application/json",
            "state": "present"
          }
        ],
        "missing": []
      }
      "
    `)
    await publishAs(gitlabJob(made.workspace))
    expect(await readFile(first.manifest ?? '', 'utf8')).toBe(text)
    expect(await readdir(made.folder)).toEqual(['ci-artifacts.json', ...names].sort())
  })
})

describe('GitLab', () => {
  it('leaves the manifest, and says what the job has to keep', async () => {
    const result = await publishAs(gitlabJob(made.workspace))
    expect(result).toMatchObject({ ok: true, provider: 'gitlab', status: 'manifest-only', commands: [] })
    expect(result.notes).toEqual([expect.stringContaining('paths: [telemetry artifacts/]')])
    expect(printed).toEqual([])
  })

  it('says so where the folder lies outside of what GitLab can keep', async () => {
    const result = await publishAs({ ...gitlabJob(made.workspace), CI_PROJECT_DIR: '/builds/group/game' })
    expect(result.notes).toEqual([expect.stringContaining('keeps only what lies below /builds/group/game')])
  })

  it('does without a project folder', async () => {
    const result = await publishAs({ ...gitlabJob(made.workspace), CI_PROJECT_DIR: undefined })
    expect(result.notes).toEqual([expect.stringContaining(`paths: [${made.folder}/]`)])
  })
})

describe('CircleCI', () => {
  it('leaves the manifest, and says what the job has to store', async () => {
    const result = await publishAs(circleJob(made.workspace))
    expect(result).toMatchObject({ ok: true, provider: 'circleci', status: 'manifest-only' })
    expect(result.artifactName).toBe('telemetry-e2e-4-of-4-301')
    expect(result.notes).toEqual([expect.stringContaining(`store_artifacts: { path: ${made.folder}`)])
  })
})

describe('Azure Pipelines', () => {
  it('tells the agent of each file and of the manifest', async () => {
    const result = await publishAs(azureJob(made.workspace))
    expect(result).toMatchObject({ ok: true, provider: 'azure', status: 'requested' })
    const name = 'telemetry-e2e-linux-1-of-2-1'
    expect(printed).toEqual(
      [...names, 'ci-artifacts.json'].map(
        (file) => `##vso[artifact.upload containerfolder=${name};artifactname=${name}]${join(made.folder, file)}`,
      ),
    )
  })

  it('takes the place of no build artifact in a release', async () => {
    const result = await publishAs({ ...azureJob(made.workspace), SYSTEM_HOSTTYPE: 'release' })
    expect(result).toMatchObject({ ok: true, status: 'manifest-only' })
    expect(printed).toEqual([])
  })
})

describe('TeamCity', () => {
  it('tells the agent of each file and of the manifest', async () => {
    const result = await publishAs(teamcityJob(made.workspace))
    expect(result).toMatchObject({ ok: true, provider: 'teamcity', status: 'requested' })
    expect(result.artifactName).toMatch(/^telemetry-E2E-tests-88-[0-9a-f]{8}$/)
    expect(printed).toEqual(
      [...names, 'ci-artifacts.json'].map(
        (file) => `##teamcity[publishArtifacts '${join(made.folder, file)} => ${result.artifactName}']`,
      ),
    )
  })
})

describe.skipIf(process.platform === 'win32')('Buildkite', () => {
  /** Records its arguments and copies what it is given, as an agent would upload it. */
  async function fakeAgent(body: string): Promise<Variables> {
    const bin = join(made.workspace, 'bin')
    await mkdir(bin)
    await mkdir(join(made.workspace, 'uploaded'))
    const script = `#!${process.execPath}\nconst { cpSync, writeFileSync } = require('node:fs')\n${body}\n`
    await writeFile(join(bin, 'buildkite-agent'), script)
    await chmod(join(bin, 'buildkite-agent'), 0o755)
    return { ...buildkiteJob(made.workspace), PATH: `${bin}${delimiter}${process.env.PATH}` }
  }

  it('has its agent upload, by names from the folder', async () => {
    const environment = await fakeAgent(`
      writeFileSync('${made.workspace}/argv.json', JSON.stringify(process.argv.slice(2)))
      for (const path of process.argv[4].split(';')) cpSync(path, '${made.workspace}/uploaded/' + path)`)
    const result = await publishAs(environment)
    expect(result).toMatchObject({ ok: true, provider: 'buildkite', status: 'published' })
    expect(result.artifactName).toBe('telemetry-e2e-1-of-3-2')
    const argv = JSON.parse(await readFile(join(made.workspace, 'argv.json'), 'utf8'))
    expect(argv).toEqual(['artifact', 'upload', [...names, 'ci-artifacts.json'].join(';')])
    for (const [name, content] of made.contents) {
      expect((await readFile(join(made.workspace, 'uploaded', name))).equals(content)).toBe(true)
    }
    expect(await readdir(join(made.workspace, 'uploaded'))).toContain('ci-artifacts.json')
  })

  it('hears from the agent that it failed, and tells no secret', async () => {
    const environment = await fakeAgent(`
      console.error('401 for ' + process.env.BUILDKITE_AGENT_ACCESS_TOKEN)
      process.exit(7)`)
    const result = await publishAs(environment)
    expect(result).toMatchObject({ ok: false, status: 'failed', commands: [{ status: 'failed', exitCode: 7 }] })
    expect(result.failures).toEqual([{ code: 'command_failed', message: expect.stringContaining('401 for ***') }])
    expect(JSON.stringify(result)).not.toContain('bkaa_8f1d2c3b4a5e')
  })

  it('says that there is no agent', async () => {
    const result = await publishAs({ ...buildkiteJob(made.workspace), PATH: made.folder })
    expect(result.failures.map(({ code }) => code)).toEqual(['command_not_found'])
  })
})

describe('GitHub Actions without a token', () => {
  it('sets outputs that no name can break out of', async () => {
    const output = join(made.workspace, 'output')
    const artifactName = 'a\nb<<EOF'
    await publishAs({ ...githubJob(made.workspace), GITHUB_OUTPUT: output }, { artifactName })
    const read = readOutputs(await readFile(output, 'utf8'))
    expect(Object.keys(read)).toEqual(['artifact-name', 'manifest', 'folder', 'files'])
    expect(read).toMatchObject({ folder: made.folder, files: '3', manifest: join(made.folder, 'ci-artifacts.json') })
  })

  it('says which of its files could not be written', async () => {
    const GITHUB_STEP_SUMMARY = join(made.workspace, 'no', 'such', 'folder')
    const result = await publishAs({ ...githubJob(made.workspace), GITHUB_STEP_SUMMARY })
    expect(result).toMatchObject({ ok: false, status: 'failed', failures: [{ code: 'provider_not_told' }] })
  })
})

/** As the runner reads the file: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function readOutputs(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  const lines = text.split('\n')
  for (let line = lines.shift(); line !== undefined && line !== ''; line = lines.shift()) {
    const [, name = '', delimiter = ''] = /^([^=]+?)<<(.+)$/.exec(line) ?? []
    const end = lines.indexOf(delimiter)
    expect(end, `${line} has an end`).toBeGreaterThan(-1)
    found[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n')
  }
  return found
}

describe('another CI', () => {
  const jenkins = { PATH: process.env.PATH, JENKINS_URL: 'https://ci.example/', BUILD_ID: '7', BUILD_NUMBER: '7' }

  it('leaves the manifest where nobody has said how to publish', async () => {
    const result = await publishAs(jenkins)
    expect(result).toMatchObject({ ok: true, provider: 'none', status: 'manifest-only' })
    expect(result.notes).toEqual([expect.stringContaining('Jenkins has no provider here')])
  })

  it('runs the commands it is given: with {path} once a file, else once', async () => {
    const target = join(made.workspace, 'target')
    await mkdir(target)
    const copy =
      'const [, from, to] = process.argv; require("node:fs").copyFileSync(from, to + "/" + require("node:path").basename(from))'
    const commands = [
      [process.execPath, '-e', copy, '{path}', target],
      [process.execPath, '-e', copy, '{manifest}', target],
    ]
    const result = await publishAs({ ...jenkins, TELEMETRY_CI_COMMANDS: JSON.stringify(commands) })
    expect(result).toMatchObject({ ok: true, provider: 'commands', status: 'published' })
    expect(result.commands).toHaveLength(made.paths.length + 1)
    expect(await readdir(target)).toEqual(['ci-artifacts.json', ...names].sort())
  })

  it('says that it can not read them', async () => {
    const result = await publishAs({ ...jenkins, TELEMETRY_CI_COMMANDS: 'cp {path} /tmp' })
    expect(result).toMatchObject({ ok: false, status: 'failed', commands: [] })
    expect(result.failures).toEqual([{ code: 'commands_unreadable', message: expect.stringContaining('not JSON') }])
    expect(result.manifest).toBeDefined()
  })
})

describe('five ways to fail, and five answers', () => {
  const job = { PATH: process.env.PATH, CI: 'true' }
  const node = process.execPath
  const cases: readonly (readonly [string, readonly string[], number, string, object])[] = [
    [
      'exits with an error',
      [node, '-e', 'process.exit(3)'],
      10_000,
      'command_failed',
      { status: 'failed', exitCode: 3 },
    ],
    ['hangs', [node, '-e', 'setInterval(() => {}, 1000)'], 300, 'command_timeout', { status: 'timeout' }],
    [
      'is killed',
      [node, '-e', 'process.kill(process.pid, "SIGKILL")'],
      10_000,
      'command_killed',
      { status: 'killed', signal: 'SIGKILL' },
    ],
    ['does not exist', ['downlink-no-such-program'], 10_000, 'command_not_found', { status: 'not-found' }],
  ]
  it.each(cases)('a command that %s', async (_, argv, timeoutMs, code, report) => {
    const result = await publishAs(job, { commands: [argv], timeoutMs })
    expect(result).toMatchObject({ ok: false, provider: 'commands', status: 'failed', commands: [report] })
    expect(result.failures.map((failure) => failure.code)).toEqual([code])
  })

  it('a folder that is gone when the command starts', async () => {
    // The first command takes the folder away from under the second, as a cleaning job would.
    const remove = `process.chdir("/"); require("node:fs").rmSync(${JSON.stringify(made.folder)}, { recursive: true })`
    const result = await publishAs(job, {
      commands: [
        [node, '-e', remove],
        ['cat', '{manifest}'],
      ],
    })
    expect(result.commands.map(({ status }) => status)).toEqual(['succeeded', 'bad-directory'])
    expect(result.failures.map(({ code }) => code)).toEqual(['command_bad_directory'])
  })
})

describe('outside of CI', () => {
  it('writes the manifest, says what it would do, and does nothing', async () => {
    const marker = join(made.workspace, 'marker')
    const commands = [[process.execPath, '-e', `require('node:fs').writeFileSync('${marker}', '')`]]
    const result = await publishAs({ PATH: process.env.PATH }, { commands })
    expect(result).toMatchObject({
      ok: true,
      provider: 'commands',
      status: 'dry-run',
      commands: [{ status: 'not-run' }],
    })
    expect(result.notes).toEqual([expect.stringMatching(/^Would run /)])
    expect(await readdir(made.workspace)).not.toContain('marker')
    expect(await readdir(made.folder)).toContain('ci-artifacts.json')
  })

  it('CI=false is outside, whatever else is set', async () => {
    const result = await publishAs({ ...azureJob(made.workspace), CI: 'false' })
    expect(result).toMatchObject({ ok: true, provider: 'none', status: 'dry-run' })
    expect(printed).toEqual([])
  })

  it('does it all the same where told to', async () => {
    const result = await publishAs({ PATH: process.env.PATH }, { dryRun: false, commands: [[process.execPath, '-v']] })
    expect(result).toMatchObject({ ok: true, status: 'published', commands: [{ status: 'succeeded' }] })
  })
})

describe('what is not there', () => {
  it('is listed apart, fails the publish, and does not hold up the rest', async () => {
    await copyFile(made.paths[0] ?? '', join(made.folder, 'kept.json'))
    const publisher = new CiArtifactPublisher({
      variables: teamcityJob(made.workspace),
      output: (line) => void printed.push(line),
    })
    const result = await publisher.publish([...made.paths, join(made.folder, 'gone.json'), made.folder])
    expect(result).toMatchObject({ ok: false, status: 'failed' })
    expect(result.failures.map(({ code }) => code)).toEqual(['file_missing', 'file_unreadable'])
    const manifest = JSON.parse(await readFile(join(made.workspace, 'ci-artifacts.json'), 'utf8'))
    expect(manifest.missing).toEqual([
      { path: 'telemetry artifacts', state: 'unreadable' },
      { path: 'telemetry artifacts/gone.json', state: 'missing' },
    ])
    expect(printed).toHaveLength(made.paths.length + 1)
  })
})
