import { describe, expect, it } from 'vitest'
import type { CommandOutcome } from './command-runner.ts'
import { executePlan, type PlanContext } from './execute-plan.ts'
import type { Plan, Step } from './provider.ts'
import { type FakeEnvironment, fakeEnvironment } from './test-doubles.ts'

const run = (...argv: [string, ...string[]]): Step => ({ kind: 'run', argv, directory: '/work/out' })
const planOf = (...steps: Step[]): Plan => ({ status: 'published', steps, notes: [] })
const silent = { stdout: '', stderr: '' }

function contextOf(environment: FakeEnvironment, more: Partial<PlanContext> = {}): PlanContext {
  const redact = (text: string) => text.replaceAll('hunter2', '***')
  return { environment, redact, timeoutMs: 5, isDryRun: false, signal: undefined, ...more }
}

describe('commands', () => {
  it.each<[CommandOutcome, string, RegExp]>([
    [
      { status: 'failed', exitCode: 3, stdout: '', stderr: 'no bucket' },
      'command_failed',
      /up x ended with code 3: no bucket$/,
    ],
    [{ status: 'timeout', ...silent }, 'command_timeout', /took over 5 ms and was ended$/],
    [{ status: 'killed', signal: 'SIGKILL', ...silent }, 'command_killed', /ended by SIGKILL/],
    [{ status: 'not-found', ...silent }, 'command_not_found', /no program up/],
    [{ status: 'bad-directory', ...silent }, 'command_bad_directory', /\/work\/out: there is no such folder/],
    [{ status: 'not-started', reason: 'EACCES', ...silent }, 'command_not_started', /EACCES/],
    [{ status: 'aborted', ...silent }, 'aborted', /ended with the export/],
  ])('that come to %j', async (outcome, code, message) => {
    const environment = fakeEnvironment()
    environment.outcomes.push(outcome)
    const result = await executePlan(planOf(run('up', 'x')), contextOf(environment))
    expect(result.status).toBe('failed')
    expect(result.failures).toEqual([{ code, message: expect.stringMatching(message) }])
    expect(result.commands).toMatchObject([{ status: outcome.status, argv: ['up', 'x'], durationMs: 1 }])
  })

  it('run on after one that failed, and not again after one that can not run', async () => {
    const environment = fakeEnvironment()
    environment.outcomes.push({ status: 'failed', exitCode: 1, ...silent }, { status: 'timeout', ...silent })
    const steps = [run('a', '1'), run('a', '2'), run('a', '3'), run('a', '4'), run('b')]
    const result = await executePlan(planOf(...steps), contextOf(environment))
    expect(result.commands.map(({ status }) => status)).toEqual([
      'failed',
      'timeout',
      'not-run',
      'not-run',
      'succeeded',
    ])
    expect(result.failures.map(({ code }) => code)).toEqual(['command_failed', 'command_timeout'])
    expect(result.notes).toEqual(['2 further commands were not run, since their program is unusable'])
  })

  it('that an injected runner rejects are not started', async () => {
    const environment = fakeEnvironment()
    environment.outcomes.push(new Error('no runner'))
    const result = await executePlan(planOf(run('a')), contextOf(environment))
    expect(result.failures).toEqual([{ code: 'command_not_started', message: expect.stringContaining('no runner') }])
  })

  it('tell no secret in what they print', async () => {
    const environment = fakeEnvironment()
    const stdout = `${'x'.repeat(3000)}hunter2`
    environment.outcomes.push({ status: 'failed', exitCode: 1, stdout, stderr: 'with hunter2' })
    const result = await executePlan(planOf(run('login', '--password', 'p', 'hunter2')), contextOf(environment))
    expect(JSON.stringify(result)).not.toContain('hunter2')
    expect(result.commands[0]?.argv).toEqual(['login', '--password', '***', '***'])
    expect(result.commands[0]?.output.length).toBe(2000)
  })

  it('are judged by their provider', async () => {
    const interpret = (outcome: CommandOutcome) =>
      outcome.status === 'failed' ? ({ status: 'manifest-only', note: 'hunter2 was not there' } as const) : undefined
    const step: Step = { kind: 'run', argv: ['a'], directory: '/', interpret }
    const environment = fakeEnvironment()
    environment.outcomes.push({ status: 'failed', exitCode: 78, ...silent })
    const result = await executePlan(planOf(step), contextOf(environment))
    expect(result).toMatchObject({ status: 'manifest-only', notes: ['*** was not there'], failures: [] })
  })

  it('stop where the caller ends the export', async () => {
    const environment = fakeEnvironment()
    const ending = new AbortController()
    const commandRunner = async () => {
      ending.abort()
      return { status: 'succeeded', ...silent } as const
    }
    const { signal } = ending
    const result = await executePlan(
      planOf(run('a'), run('b')),
      contextOf({ ...environment, commandRunner }, { signal }),
    )
    expect(result.commands).toHaveLength(1)
    expect(result.failures.map(({ code }) => code)).toEqual(['aborted'])
  })
})

describe('what the CI is told', () => {
  const steps: Step[] = [
    { kind: 'print', line: '##vso[x]' },
    { kind: 'append', path: '/work/output', text: 'a=b\n', what: '$GITHUB_OUTPUT' },
  ]

  it('goes to stdout, and to its files', async () => {
    const environment = fakeEnvironment()
    const result = await executePlan(planOf(...steps), contextOf(environment))
    expect(result).toEqual({ status: 'published', commands: [], notes: [], failures: [] })
    expect(environment.lines).toEqual(['##vso[x]'])
    expect(environment.files.get('/work/output')).toBe('a=b\n')
  })

  it('is a failure where it can not be told', async () => {
    const environment = fakeEnvironment()
    const refuse = () => Promise.reject(new Error('EPIPE'))
    const broken = { ...environment, output: refuse, fileSystem: { ...environment.fileSystem, append: refuse } }
    const result = await executePlan(planOf(...steps), contextOf(broken))
    expect(result.failures).toEqual([
      { code: 'provider_not_told', message: "stdout can't be written: EPIPE" },
      { code: 'provider_not_told', message: "$GITHUB_OUTPUT can't be written: EPIPE" },
    ])
  })

  it('is only described in a dry run', async () => {
    const environment = fakeEnvironment()
    const result = await executePlan(planOf(...steps, run('up', 'hunter2')), contextOf(environment, { isDryRun: true }))
    expect(result).toMatchObject({
      status: 'dry-run',
      failures: [],
      commands: [{ argv: ['up', '***'], status: 'not-run' }],
    })
    expect(result.notes).toEqual(['Would print ##vso[x]', 'Would write $GITHUB_OUTPUT', 'Would run up ***'])
    expect([environment.lines, environment.ran]).toEqual([[], []])
  })
})
