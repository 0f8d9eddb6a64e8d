/** The action, our own workflow and the guide, as CIs and people will read them: YAML that parses, inputs that exist, flags that the command has. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** All spellings that `downlink export` takes. */
let flags: Set<string>

beforeAll(async () => {
  const { stdout, stderr } = await run(process.execPath, [
    join(root, 'packages/cli/bin/downlink.js'),
    'export',
    '--help',
  ])
  flags = new Set(`${stdout}${stderr}`.match(/--[a-z][A-Za-z-]*/g))
  expect(flags.size).toBeGreaterThan(15)
})

interface Step {
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

describe('action.yml', async () => {
  const text = await readFile(join(root, 'action.yml'), 'utf8')
  const action = parse(text) as Action
  const { steps } = action.runs
  const step = (id: string): Step => steps.find((each) => each.id === id) ?? {}

  it('is a composite action whose every step says its shell or what it uses', () => {
    expect(action.runs.using).toBe('composite')
    for (const each of steps) expect(each.uses ?? each.shell).toBeDefined()
  })

  it('names only inputs that there are, and uses each', () => {
    const used = new Set([...text.matchAll(/\binputs\.([a-z-]+)/g)].map(([, name]) => name))
    expect([...used].sort()).toEqual(Object.keys(action.inputs).sort())
    for (const { description, default: fallback } of Object.values(action.inputs)) {
      expect(description).not.toBe('')
      expect(typeof fallback).toBe('string')
    }
  })

  it('names only steps and outputs that there are', async () => {
    const guide = await readFile(join(root, 'docs/guides/ci.md'), 'utf8')
    const uploads = ['artifact-id', 'artifact-url', 'artifact-digest']
    const outputs: Record<string, readonly string[]> = {
      export: ['artifact-name', 'manifest', 'folder', 'files'],
      upload: uploads,
    }
    for (const [, id = '', output = ''] of `${text}${guide}`.matchAll(/steps\.([a-z]+)\.outputs\.([a-z-]+)/g)) {
      expect(outputs[id], id).toContain(output)
    }
  })

  it('keeps expressions out of its script, and uploads what a failed export has written', () => {
    expect(step('export').run).not.toContain('${{')
    expect(step('upload').if).toMatch(/^\$\{\{ !cancelled\(\) \}\}$/)
  })

  it('has one name for the artifact, by job, place in the matrix and attempt', () => {
    const names = [step('export').env?.ARTIFACT_NAME, step('upload').with?.name, action.outputs['artifact-name']?.value]
    expect(new Set(names).size).toBe(1)
    for (const part of ['github.job', 'strategy.job-index', 'github.run_attempt']) expect(names[0]).toContain(part)
  })

  it('gives flags that the command has', () => {
    const given = step('export').run?.match(/(?<=")--[a-zA-Z-]+/g) ?? []
    expect(given.length).toBeGreaterThan(6)
    for (const flag of given) expect(flags, flag).toContain(flag)
  })

  it.skipIf(process.platform === 'win32')('runs its script: every input arrives as it was given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'downlink-action-'))
    try {
      const bin = join(folder, 'bin')
      await mkdir(bin)
      const npx = `#!${process.execPath}\nrequire('node:fs').writeFileSync('argv.json', JSON.stringify(process.argv.slice(2)))\n`
      await writeFile(join(bin, 'npx'), npx, { mode: 0o755 })
      const inputs = {
        FOLDER: 'my files',
        GAME: './my game.ts',
        MISSION: 'cascade"; exit 9 #',
        SEED: '7',
        FORMATS: '',
        PREFIX: '$(exit 9)',
        CONTEXT: 'a=b=c\n\nd=e f\n',
        FAIL_ON: 'write',
        ARTIFACT_NAME: 'n',
      }
      expect(Object.keys(inputs)).toEqual(Object.keys(step('export').env ?? {}))
      const env = { ...inputs, PATH: `${bin}${delimiter}${process.env.PATH}` }
      await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step('export').run ?? ''], {
        cwd: folder,
        env,
      })
      expect(JSON.parse(await readFile(join(folder, 'argv.json'), 'utf8'))).toEqual([
        '--no',
        '--',
        'downlink',
        'export',
        '--artifactDir=my files',
        '--artifactName=n',
        '--failOn=write',
        '--game=./my game.ts',
        '--mission=cascade"; exit 9 #',
        '--seed=7',
        '--prefix=$(exit 9)',
        '--context=a=b=c',
        '--context=d=e f',
      ])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, WorkflowJob>>
}

interface WorkflowJob {
  readonly 'timeout-minutes': number
  readonly strategy: { readonly matrix: { readonly os: readonly string[]; readonly node: readonly number[] } }
  readonly steps: readonly Step[]
}

describe('.github', async () => {
  const workflow = parse(await readFile(join(root, '.github/workflows/ci.yml'), 'utf8')) as Workflow
  const { scripts, engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
    readonly engines: { readonly node: string }
  }
  const { steps, strategy } = workflow.jobs.test as WorkflowJob

  it('runs the two commands of the README on three systems, from the oldest Node that we take', () => {
    expect(strategy.matrix.os.map((name) => name.replace(/-latest$/, ''))).toEqual(['ubuntu', 'macos', 'windows'])
    expect(engines.node).toBe(`>=${Math.min(...strategy.matrix.node)}.19`)
    const commands = steps.flatMap((step) => step.run ?? [])
    expect(commands).toEqual(['npm ci', expect.stringMatching(/^npm start -- --duration \d+ --json$/), 'npm test'])
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']))
  })

  it('may read and nothing else, and takes only the actions of the host, each by a version', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    const used = steps.flatMap(({ uses }) => uses ?? [])
    expect(used).toHaveLength(3)
    for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/)
  })

  it.each(['bug', 'question'])(
    'has a form for a %s, with a title, a label and a question that has to be answered',
    async (name) => {
      const form = parse(await readFile(join(root, `.github/ISSUE_TEMPLATE/${name}.yml`), 'utf8')) as {
        readonly name: string
        readonly description: string
        readonly labels: readonly string[]
        readonly body: readonly { readonly type: string; readonly validations?: { readonly required: boolean } }[]
      }
      expect([form.name, form.description, form.labels.length]).toEqual([expect.any(String), expect.any(String), 1])
      expect(form.body.some(({ validations }) => validations?.required)).toBe(true)
    },
  )
})

describe('docs/guides/ci.md', async () => {
  const guide = await readFile(join(root, 'docs/guides/ci.md'), 'utf8')
  const blocks = (language: string): string[] =>
    [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block)

  it('has YAML that parses, with an export or a run of Playwright in each job', () => {
    expect(blocks('yaml').length).toBeGreaterThanOrEqual(8)
    for (const block of blocks('yaml')) {
      for (const document of parseAllDocuments(block)) expect(document.errors, block).toEqual([])
      expect(block).toMatch(/npx @downlink\/cli export|uses: downlink\/downlink|playwright test/)
    }
  })

  it('gives the action inputs that it has', async () => {
    const { inputs } = parse(await readFile(join(root, 'action.yml'), 'utf8')) as Action
    const given = blocks('yaml')
      .flatMap((block) => Object.values((parse(block) as { jobs?: object }).jobs ?? {}))
      .flatMap((job) => (job as { steps?: readonly Step[] }).steps ?? [])
      .filter(({ uses }) => uses?.startsWith('downlink/downlink'))
      .flatMap((each) => Object.keys(each.with ?? {}))
    expect(given).toEqual(['mission', 'seed'])
    for (const name of given) expect(Object.keys(inputs)).toContain(name)
  })

  it('names flags that the command has', () => {
    const exported = guide.match(/downlink(\/cli)? export[^\n]*/g)?.join('\n') ?? ''
    const named = [...exported.matchAll(/--[a-z][A-Za-z-]*/g), ...guide.matchAll(/(?<=`)--[a-z][A-Za-z-]*/g)].map(
      String,
    )
    expect(named.length).toBeGreaterThan(10)
    for (const flag of named.filter((each) => each !== '--token')) expect(flags, flag).toContain(flag)
  })

  it('shows commands that are read, and a manifest that is JSON', () => {
    const drone = blocks('yaml').find((block) => block.includes('TELEMETRY_CI_COMMANDS')) ?? ''
    const { steps } = parse(drone) as { steps: readonly { environment: { TELEMETRY_CI_COMMANDS: string } }[] }
    expect(JSON.parse(steps[0]?.environment.TELEMETRY_CI_COMMANDS ?? '')).toHaveLength(2)
    expect(Object.keys(JSON.parse(blocks('json')[0] ?? ''))).toContain('formatVersion')
  })
})
