import { describe, expect, it } from 'vitest'
import type { CommandOutcome } from '../command-runner.ts'
import { planCommands } from '../commands.ts'
import type { Step } from '../provider.ts'
import { publicationOf } from '../test-doubles.ts'
import { azure } from './azure.ts'
import { buildkite } from './buildkite.ts'
import { github } from './github.ts'
import { teamcity } from './teamcity.ts'

const lines = (steps: readonly Step[]): string[] => steps.flatMap((step) => (step.kind === 'print' ? [step.line] : []))
const argvs = (steps: readonly Step[]): (readonly string[])[] =>
  steps.flatMap((step) => (step.kind === 'run' ? [step.argv] : []))

describe.skipIf(process.platform === 'win32')('Azure', () => {
  it('escapes so that the agent gets back what was meant', () => {
    const odd = 'a%0D]b;c\r\nd%AZP25.csv'
    const publication = { ...publicationOf([odd, 'sub/e.csv']), artifactName: 'x;]' }
    const [first = '', second = ''] = lines(azure.plan(publication).steps)
    expect(first).not.toMatch(/[\r\n]/)
    expect(readVso(first)).toEqual({ containerfolder: 'x;]', artifactname: 'x;]', data: `/work/out/${odd}` })
    expect(readVso(second).containerfolder).toBe('x;]/sub')
  })

  it('takes what says nothing of its host for a build', () => {
    expect(azure.plan(publicationOf(['a'], {})).status).toBe('requested')
  })
})

/** As the agent does: properties up to the first `]`, then the escapes, the percent sign last. */
function readVso(line: string): Record<string, string> {
  const end = line.indexOf(']')
  const decode = (text: string): string =>
    text
      .replaceAll('%3B', ';')
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%5D', ']')
      .replaceAll('%AZP25', '%')
  const properties = line.slice('##vso[artifact.upload '.length, end).split(';')
  const read = properties.map((each) => [each.slice(0, each.indexOf('=')), decode(each.slice(each.indexOf('=') + 1))])
  return { ...Object.fromEntries(read), data: decode(line.slice(end + 1)) }
}

describe.skipIf(process.platform === 'win32')('TeamCity', () => {
  it('escapes so that the agent gets back what was meant', () => {
    const odd = "a|b'c[d]é🚀.csv"
    const [first = '', second = ''] = lines(teamcity.plan(publicationOf([odd, 'sub/e.csv'])).steps)
    expect(first).toMatch(/^[ -~]+$/)
    expect(readMessage(first)).toBe(`/work/out/${odd} => telemetry`)
    expect(readMessage(second)).toBe('/work/out/sub/e.csv => telemetry/sub')
  })

  it.each(['a,b', 'a*', 'a?', 'a=>b', 'a\nb', 'a '])('says that it can not name %j', (path) => {
    const plan = teamcity.plan(publicationOf([path, 'fine.csv']))
    expect(plan.failures).toEqual([{ code: 'file_name_unsupported', message: expect.stringContaining('pattern') }])
    expect(lines(plan.steps)).toHaveLength(2)
  })
})

/** https://www.jetbrains.com/help/teamcity/service-messages.html#Escaped+Values */
function readMessage(line: string): string {
  const [, value = ''] = /^##teamcity\[publishArtifacts '((?:[^|'[\]\r\n]|\|.)*)'\]$/.exec(line) ?? []
  const decoded: Record<string, string> = { n: '\n', r: '\r' }
  return value.replace(/\|(0x[0-9a-f]{4}|.)/g, (_, code: string) =>
    code.startsWith('0x') ? String.fromCharCode(Number(code)) : (decoded[code] ?? code),
  )
}

describe.skipIf(process.platform === 'win32')('Buildkite', () => {
  it('gives the agent names that it would expand one by one, and as they are', () => {
    const commands = argvs(buildkite.plan(publicationOf(['a.csv', 'b*.csv', 'c;d', '-e'])).steps)
    expect(commands.map((argv) => argv.slice(3))).toEqual([
      ['a.csv;ci-artifacts.json'],
      ['--literal', '--delimiter=', '--', 'b*.csv'],
      ['--literal', '--delimiter=', '--', 'c;d'],
      ['--literal', '--delimiter=', '--', '-e'],
    ])
  })

  it('gives it fifty names at once', () => {
    const commands = argvs(buildkite.plan(publicationOf(Array.from({ length: 120 }, (_, at) => `f${at}`))).steps)
    expect(commands.map((argv) => argv[3]?.split(';').length)).toEqual([50, 50, 21])
  })
})

describe('commands', () => {
  it('fill in paths once a file, the manifest anywhere, and nothing twice', () => {
    const commands = [
      ['up', '--to={manifest}', '{path}', 'x{path}'],
      ['once', '{manifest}$&'],
    ] as const
    const { steps } = planCommands(commands, publicationOf(['{manifest}', '$&']))
    expect(argvs(steps)).toEqual([
      ['up', '--to=/work/out/ci-artifacts.json', '/work/out/{manifest}', 'x/work/out/{manifest}'],
      ['up', '--to=/work/out/ci-artifacts.json', '/work/out/$&', 'x/work/out/$&'],
      ['once', '/work/out/ci-artifacts.json$&'],
    ])
  })
})

describe('GitHub', () => {
  const token = { ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'https://results' }
  const interpret = (outcome: CommandOutcome) => {
    const step = github.plan(publicationOf(['a'], token)).steps[0]
    return step?.kind === 'run' ? step.interpret?.(outcome) : undefined
  }

  it('needs token and address to upload', () => {
    for (const name of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'] as const) {
      expect(github.plan(publicationOf(['a'], { ...token, [name]: '' })).status).toBe('manifest-only')
    }
  })

  it.each<[string, CommandOutcome, object | undefined]>([
    [
      'an upload',
      { status: 'succeeded', stdout: 'chatter', stderr: 'a warning\nuploaded 12' },
      { note: 'Uploaded as telemetry, artifact 12' },
    ],
    [
      'a child that says nothing',
      { status: 'succeeded', stdout: 'uploaded 12', stderr: '' },
      { failure: { code: 'upload_failed', message: expect.stringContaining('without saying') } },
    ],
    [
      'a client that is not installed',
      { status: 'failed', exitCode: 78, stdout: '', stderr: 'Cannot find package' },
      { status: 'manifest-only', note: expect.stringContaining('not installed') },
    ],
    [
      'a server without such artifacts',
      { status: 'failed', exitCode: 79, stdout: '', stderr: 'not supported' },
      { status: 'manifest-only', note: expect.stringContaining('does not take') },
    ],
    [
      'a refusal',
      { status: 'failed', exitCode: 1, stdout: '', stderr: 'Failed to CreateArtifact: 409' },
      { failure: { code: 'upload_failed', message: 'Failed to CreateArtifact: 409' } },
    ],
    [
      'an end without a word',
      { status: 'failed', exitCode: 134, stdout: '', stderr: '' },
      { failure: { code: 'upload_failed', message: '@actions/artifact ended with 134' } },
    ],
    ['what every command can come to', { status: 'timeout', stdout: '', stderr: '' }, undefined],
  ])('judges %s', (_, outcome, judgement) => expect(interpret(outcome)).toEqual(judgement))
})
