/** The command as a CI runs it, whole: a mission is played, files are written, and they arrive as the summary says. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type GithubService, runtimeToken, startGithubService } from '../packages/artifacts/test/github-service.ts'
import { githubJob, teamcityJob } from '../packages/artifacts/test/job-variables.ts'

let workspace: string
let service: GithubService | undefined

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'downlink-ci-export-'))
})
afterEach(async () => {
  await service?.close()
  service = undefined
  await rm(workspace, { recursive: true, force: true })
})

interface Ended {
  readonly exitCode: number | null
  /** What stood on stdout before the summary. */
  readonly before: readonly string[]
  readonly summary: {
    readonly ok: boolean
    readonly artifacts: readonly { readonly path: string; readonly sha256: string }[]
    readonly publish: { readonly status: string; readonly artifactName: string; readonly manifest: string }
    readonly failures: readonly { readonly stage: string; readonly code: string }[]
  }
}

async function exportAs(variables: Readonly<Record<string, string | undefined>>, ...flags: string[]): Promise<Ended> {
  const command = fileURLToPath(new URL('../packages/cli/bin/downlink.js', import.meta.url))
  const args = [command, 'export', '--mission', 'tutorial', '--ticks', '120', '--now', '2026-01-01T00:00:00Z', ...flags]
  const child = spawn(process.execPath, args, {
    cwd: workspace,
    env: { ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  expect(stderr).not.toMatch(/##|^::/m)
  const lines = stdout.trimEnd().split('\n')
  return { exitCode, before: lines.slice(0, -1), summary: JSON.parse(lines.at(-1) ?? '') }
}

it('uploads to GitHub what the summary names, and nothing else stands on stdout', async () => {
  service = await startGithubService()
  const token = { ACTIONS_RESULTS_URL: service.url, ACTIONS_RUNTIME_TOKEN: runtimeToken('ca395085-040a') }
  const { exitCode, before, summary } = await exportAs({ ...githubJob(workspace), ...token })
  expect(summary).toMatchObject({
    ok: true,
    publish: { status: 'published', artifactName: 'telemetry-e2e-ca395085-2' },
  })
  expect([exitCode, before]).toEqual([0, []])
  const arrived = unzipSync(service.artifacts.get(summary.publish.artifactName) ?? new Uint8Array())
  const sums = Object.entries(arrived).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')])
  const named = summary.artifacts.map(({ path, sha256 }) => [basename(path), sha256])
  expect(named.length).toBeGreaterThan(0)
  expect(sums.filter(([name]) => name !== 'ci-artifacts.json').sort()).toEqual(named.sort())
  expect(await readdir(join(workspace, 'telemetry-artifacts'))).toEqual(Object.keys(arrived).sort())
})

it.each([
  ['publish', 1],
  ['write', 0],
  ['none', 0],
])('exits as --failOn %s says where GitHub refuses', async (failOn, code) => {
  service = await startGithubService('taken')
  const token = { ACTIONS_RESULTS_URL: service.url, ACTIONS_RUNTIME_TOKEN: runtimeToken('ca395085-040a') }
  const { exitCode, summary } = await exportAs({ ...githubJob(workspace), ...token }, '--failOn', failOn)
  expect(summary).toMatchObject({ ok: false, failures: [{ stage: 'publish', code: 'upload_failed' }] })
  expect(exitCode).toBe(code)
})

it('tells TeamCity on stdout, before the summary', async () => {
  const { exitCode, before, summary } = await exportAs(teamcityJob(workspace))
  expect(summary).toMatchObject({ ok: true, publish: { status: 'requested' } })
  expect(before).toHaveLength(summary.artifacts.length + 1)
  for (const line of before) expect(line).toMatch(/^##teamcity\[publishArtifacts '/)
  expect(exitCode).toBe(0)
})

it('says that commands of the environment are no commands, as bad usage', async () => {
  const { exitCode } = await exportAs({ ...githubJob(workspace), TELEMETRY_CI_COMMANDS: 'cp {path}' })
  expect(exitCode).toBe(2)
})
