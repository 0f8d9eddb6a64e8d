/** GitHub Actions: the real @actions/artifact client, in its child process, against a stand-in of the service. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CiArtifactPublisher } from '@downlink/artifacts/node'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spawnCommand } from '../src/node/publish/spawn-command.ts'
import { type ExportFolder, makeExport } from './export-folder.ts'
import { type GithubService, runtimeToken, type ServiceFault, startGithubService } from './github-service.ts'
import { githubJob } from './job-variables.ts'

let made: ExportFolder
let service: GithubService | undefined
let printed: string[]

beforeEach(async () => {
  made = await makeExport()
  printed = []
})

afterEach(async () => {
  await service?.close()
  service = undefined
  await made.remove()
})

const jobId = 'ca395085-040a-526b-2ce8-bdc85f692774'

async function variablesOf(fault: ServiceFault): Promise<Record<string, string | undefined>> {
  service = await startGithubService(fault)
  return { ...githubJob(made.workspace), ACTIONS_RESULTS_URL: service.url, ACTIONS_RUNTIME_TOKEN: runtimeToken(jobId) }
}

const publisher = (variables: Record<string, string | undefined>, timeoutMs = 25_000): CiArtifactPublisher =>
  new CiArtifactPublisher({ variables, timeoutMs, output: (line) => void printed.push(line) })

describe('with a runtime token', () => {
  it('uploads what the manifest lists, with it, byte by byte', async () => {
    const variables = await variablesOf('none')
    const stepFiles = join(made.workspace, 'step')
    await mkdir(stepFiles)
    const [output, summary] = [join(stepFiles, 'output'), join(stepFiles, 'summary')]
    await Promise.all([writeFile(output, ''), writeFile(summary, '')])
    const result = await publisher({ ...variables, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary }).publish(
      made.paths,
    )

    expect(result).toMatchObject({ ok: true, provider: 'github', status: 'published', failures: [] })
    // The job's id in the token tells the legs of a matrix apart; GITHUB_JOB does not.
    expect(result.artifactName).toBe('telemetry-e2e-ca395085-2')
    expect(result.notes).toEqual(['Uploaded as telemetry-e2e-ca395085-2, artifact 4242'])
    const arrived = unzipSync(service?.artifacts.get(result.artifactName) ?? new Uint8Array())
    expect(Object.keys(arrived).sort()).toEqual([...made.contents.keys(), 'ci-artifacts.json'].sort())
    for (const [name, content] of made.contents)
      expect(Buffer.from(arrived[name] ?? []).equals(content), name).toBe(true)
    expect(Buffer.from(arrived['ci-artifacts.json'] ?? [])).toEqual(
      await readFile(join(made.folder, 'ci-artifacts.json')),
    )
    expect([...(service?.authorizations ?? [])]).toEqual([`Bearer ${variables.ACTIONS_RUNTIME_TOKEN}`])

    // The client talks on stdout. That is kept off ours, and what is told of it has no secret in it.
    expect(printed).toEqual([])
    expect(result.commands[0]?.output).toContain('Beginning upload')
    expect(JSON.stringify(result)).not.toMatch(new RegExp(`nobody-may-see|${variables.ACTIONS_RUNTIME_TOKEN}`))

    expect(await readFile(output, 'utf8')).toContain(`\ntelemetry-e2e-ca395085-2\n`)
    expect(await readFile(summary, 'utf8')).toContain(
      '| <code>save-inspector-summary-20260101T000000Z.json</code> | 20 |',
    )
  })

  it.each<[ServiceFault, string, RegExp]>([
    ['taken', 'upload_failed', /already exists/],
    ['not finalized', 'upload_failed', /not ok/],
    ['refuses at blobs', 'upload_failed', /status 403/],
    ['error', 'command_timeout', /500/],
    ['hangs', 'command_timeout', /took over/],
    ['hangs at blobs', 'command_timeout', /took over/],
  ])('is honest where the service %s', async (fault, code, message) => {
    const timeoutMs = code === 'command_timeout' ? 3000 : 20_000
    const result = await publisher(await variablesOf(fault), timeoutMs).publish(made.paths)
    expect(result).toMatchObject({ ok: false, provider: 'github', status: 'failed' })
    expect(result.failures.map((failure) => failure.code)).toEqual([code])
    expect(result.failures[0]?.message).toMatch(message)
    expect(service?.artifacts.size).toBe(0)
    expect(JSON.stringify(result)).not.toContain('nobody-may-see')
  })

  it('falls back to the manifest on a server that has no such artifacts', async () => {
    const variables = { ...(await variablesOf('none')), GITHUB_SERVER_URL: 'https://github.game.example' }
    const result = await publisher(variables).publish(made.paths)
    expect(result).toMatchObject({ ok: true, status: 'manifest-only', failures: [] })
    expect(result.notes[0]).toContain('does not take artifacts of this kind')
    expect(service?.requests).toEqual([])
  })
})

it('says by its exit code that the client is not installed', async () => {
  // A copy of what is shipped, where there is nothing beside it but what it depends on.
  await cp(new URL('../dist', import.meta.url), join(made.workspace, 'dist'), { recursive: true })
  await writeFile(join(made.workspace, 'package.json'), '{"type":"module"}')
  await mkdir(join(made.workspace, 'node_modules', '@downlink'), { recursive: true })
  const protocol = fileURLToPath(new URL('../../protocol', import.meta.url))
  await symlink(protocol, join(made.workspace, 'node_modules', '@downlink', 'protocol'), 'junction')
  const main = join(made.workspace, 'dist', 'node', 'publish', 'providers', 'github-upload-main.js')
  const argv = [process.execPath, main, join(made.folder, 'ci-artifacts.json'), made.folder, 'n'] as const
  const variables = { PATH: process.env.PATH }
  const outcome = await spawnCommand({ argv, directory: made.folder, variables, timeoutMs: 20_000 })
  expect(outcome).toMatchObject({
    status: 'failed',
    exitCode: 78,
    stderr: expect.stringContaining('@actions/artifact'),
  })
})

describe('without a runtime token, as in every run: step', () => {
  it('writes manifest, outputs and summary, and says what to do', async () => {
    const output = join(made.workspace, 'output')
    const result = await publisher({ ...githubJob(made.workspace), GITHUB_OUTPUT: output }).publish(made.paths)
    expect(result).toMatchObject({ ok: true, provider: 'github', status: 'manifest-only', commands: [] })
    expect(result.notes).toEqual([expect.stringMatching(/no ACTIONS_RUNTIME_TOKEN.*upload-artifact/)])
    expect(await readFile(output, 'utf8')).toContain(`\n${made.folder}\n`)
  })
})
