/** What `deploy/` has for whoever runs a collector: each file by the tool that reads it, and by a real collector. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished, type TestContext } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { run as downlink, freshFolder, occupyPort, post, serve } from '../packages/cli/test/run-command.ts'
import { root, run } from '../tools/node-tool.ts'
import { blocksOf, readPage } from './docs-page.ts'

const folder = fileURLToPath(new URL('../deploy/', import.meta.url))
const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8')

/** No package has it. */
const prometheusProgram = 'prometheus'

const unitNames = ['downlink.service', 'downlink-backup.service', 'downlink-backup.timer']
const readUnits = () => Promise.all(unitNames.map((name) => read(`systemd/${name}`)))

async function skipWithout(tool: string, context: TestContext): Promise<void> {
  if ((await run(tool, ['--version'])).exitCode !== 0) context.skip(`there is no ${tool} here`)
}

it('has units that systemd takes without a word, of which the guide shows the first', async (context) => {
  const units = await readUnits()
  expect(blocksOf(await readPage('guides/deploy.md'), 'The service', 'ini')).toEqual([units[0]])
  await skipWithout('systemd-analyze', context)
  const paths = unitNames.map((name) => join(freshFolder(), name))
  for (const [at, path] of paths.entries()) {
    // It looks for the program.
    await writeFile(path, String(units[at]).replace('/usr/bin/node', process.execPath))
  }
  expect(await run('systemd-analyze', ['verify', ...paths])).toEqual({ exitCode: 0, output: '' })
})

it('names options that the commands have', async () => {
  const [, inImage = ''] = /^CMD (\["serve".*)$/m.exec(await read('docker/Dockerfile')) ?? []
  const words: readonly string[] = [
    ...(await readUnits()).flatMap((unit) => unit.split(/[\s\\]+/)),
    ...JSON.parse(inImage),
    ...parse(await read('docker/compose.yaml')).services.collector.command,
    ...(await readStatefulSet()).spec.template.spec.containers[0].args,
    ...(await clusterCommands()).flat(),
  ]
  const helps = await Promise.all(['serve', 'sink', 'backup'].map((command) => downlink([command, '--help'])))
  const known = new Set(helps.flatMap(({ stdout }) => stdout.match(/--[a-z-]+/g) ?? []))
  const named = new Set(words.flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? []))
  expect(named.size).toBeGreaterThan(8)
  expect([...named].filter((option) => !known.has(option))).toEqual([])
})

it('starts collectors and sinks of a cluster alike in Compose and in Kubernetes, on options that theirs have', async () => {
  const commands = await clusterCommands()
  expect(commands.map(([command]) => command).sort()).toEqual(['serve', 'serve', 'serve', 'sink', 'sink', 'sink'])
  const help = new Map<string, string>()
  for (const command of ['serve', 'sink']) help.set(command, (await downlink([command, '--help'])).stdout)
  for (const [command = '', ...options] of commands) {
    expect(options).toEqual(expect.arrayContaining([expect.stringMatching(/^--log=nats:/)]))
    for (const option of options) expect(help.get(command)).toContain(`${/^--[a-z-]+/.exec(option)?.[0]} `)
  }
})

it('has a configuration that NATS takes, with room for more than a stream of the default size', async (context) => {
  const path = join(folder, 'docker/nats.conf')
  const env = { PATH: `${process.env.PATH}:/usr/sbin` }
  if ((await run('nats-server', ['--version'], { env })).exitCode !== 0) context.skip('there is no nats-server here')
  expect(await run('nats-server', ['-t', '-c', path], { env })).toMatchObject({ exitCode: 0 })
  const [, gigabytes] = /max_file_store: (\d+)GB/.exec(await read('docker/nats.conf')) ?? []
  expect(Number(gigabytes)).toBeGreaterThan(4)
})

/** What the containers of a cluster run: two collectors and two sinks by Compose, one of each by Kubernetes. */
async function clusterCommands(): Promise<readonly (readonly string[])[]> {
  const { services } = parse(await read('docker/compose-cluster.yaml'), { merge: true })
  const byCompose = ['collector-a', 'collector-b', 'sink-a', 'sink-b'].map((name) => services[name].command)
  const documents = parseAllDocuments(await read('kubernetes/downlink-cluster.yaml')).map((document) => document.toJS())
  const deployments = documents.filter(({ kind }) => kind === 'Deployment')
  return [...byCompose, ...deployments.map(({ spec }) => spec.template.spec.containers[0].args)]
}

it('mounts the event definitions where they find what they import', async () => {
  const { command, volumes } = parse(await read('docker/compose.yaml')).services.collector
  const [{ args, volumeMounts }] = (await readStatefulSet()).spec.template.spec.containers
  const mounted = {
    compose: [command, volumes.map((volume: string) => volume.split(':')[1])],
    statefulSet: [args, volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)],
  }
  const [, appFolder = ''] = /COPY --from=install (\S+) \1/.exec(await read('docker/Dockerfile')) ?? []
  const image = freshFolder()
  await mkdir(join(image, appFolder), { recursive: true })
  await symlink(join(root, 'node_modules'), join(image, appFolder, 'node_modules'))
  const schemas = Object.entries(mounted).map(([kind, [words, paths]]) => {
    const schema: string = words.find((word: string) => word.startsWith('--schema=')).slice('--schema='.length)
    expect(paths, kind).toContain(schema)
    // What is mounted over the folder would hide its packages.
    expect(paths, kind).not.toContain(appFolder)
    return schema
  })
  for (const schema of new Set(schemas)) {
    const path = join(image, schema)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, definitions)
    const { url } = await serve(['--schema', path])
    expect(await post(url, [{ type: 'jumped', data: { height: 'high' } }])).toBe(200)
    const rejected = async () => (await fetch(`${url}/api/rejected`)).json()
    await expect.poll(rejected, { timeout: 10_000 }).toMatchObject({ events: [{ code: 'invalid_payload' }] })
  }
})

const definitions = `import { defineEvents } from '@downlink/protocol'
import { z } from 'zod'
export const gameEvents = defineEvents({ jumped: z.object({ height: z.number() }) })
`

it('keeps secrets, history and data out of an image, and secrets out of the history', async () => {
  const linesOf = async (name: string) => (await readFile(join(root, name), 'utf8')).split('\n')
  const kept = await linesOf('.dockerignore')
  expect(kept).toEqual(expect.arrayContaining(['.git', '**/secrets', '**/.env*', '**/node_modules', '**/.downlink']))
  expect(await linesOf('.gitignore')).toContain('deploy/docker/secrets/')
  for (const compose of ['docker/compose.yaml', 'docker/compose-cluster.yaml']) {
    const { secrets } = parse(await read(compose))
    for (const { file } of Object.values<{ file: string }>(secrets)) expect(file).toMatch(/^\.\/secrets\//)
  }
})

it('has one collector in a cluster, for two would write to one folder', async () => {
  const { replicas, volumeClaimTemplates } = (await readStatefulSet()).spec
  expect([replicas, volumeClaimTemplates[0].spec.accessModes]).toEqual([1, ['ReadWriteOncePod']])
})

async function readStatefulSet() {
  const documents = parseAllDocuments(await read('kubernetes/downlink.yaml')).map((document) => document.toJS())
  return documents.find(({ kind }) => kind === 'StatefulSet')
}

it('has rules that Prometheus takes, and each alerts of its cause and at rest of nothing', async (context) => {
  await skipWithout('promtool', context)
  const rules = join(folder, 'prometheus/rules.yml')
  expect(await run('promtool', ['check', 'rules', rules])).toMatchObject({ exitCode: 0 })
  const tested = await run('promtool', ['test', 'rules', join(folder, 'prometheus/rules.test.yml')])
  expect(tested, tested.output).toMatchObject({ exitCode: 0 })
})

it('asks for metrics that a collector has', async () => {
  const { url } = await serve()
  const text = await (await fetch(`${url}/metrics`)).text()
  const known = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
  const asked = new Set(
    `${await read('prometheus/rules.yml')}${await read('grafana/downlink.json')}`.match(/downlink_[a-z_]+/g),
  )
  expect(asked.size).toBeGreaterThan(20)
  expect([...asked].filter((name) => !known.includes(name))).toEqual([])
})

it('has a dashboard whose queries a real Prometheus answers from a real collector', async (context) => {
  await skipWithout(prometheusProgram, context)
  const { url } = await serve()
  expect(await post(url, [{ type: 'jumped', timestamp: 1, data: {} }])).toBe(200)
  const prometheus = await startPrometheus(new URL(url).host)
  const ask = async (query: string) => {
    const answer = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`)
    const { status, error, data } = await answer.json()
    return status === 'success' ? data.result.length : `${query}: ${error}`
  }
  await expect.poll(() => ask('rate(downlink_log_bytes[10s])'), { timeout: 30_000 }).toBe(1)
  const { panels } = JSON.parse(await read('grafana/downlink.json'))
  const queries: string[] = panels.flatMap(({ targets = [] }) => targets.map(({ expr }: { expr: string }) => expr))
  const results = await Promise.all(
    queries.map((query) => ask(query.replaceAll('$__rate_interval', '10s').replaceAll('$instance', '.*'))),
  )
  expect(results.filter((result) => typeof result !== 'number')).toEqual([])
  // Of nothing that has not happened there is a series: no rejection, no drop, no refusal, no restart.
  expect(
    queries
      .filter((_, at) => results[at] === 0)
      .map((query) => /downlink_\w+/.exec(query)?.[0])
      .sort(),
  ).toEqual([
    'downlink_events_dropped_total',
    'downlink_events_rejected_total',
    'downlink_refusals_total',
    'downlink_store_restarts_total',
  ])
})

/** @returns where it answers */
async function startPrometheus(target: string): Promise<string> {
  const home = freshFolder()
  const rules = join(folder, 'prometheus/rules.yml')
  const configuration = {
    global: { scrape_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'downlink', static_configs: [{ targets: [target] }] }],
  }
  // JSON is YAML.
  await writeFile(join(home, 'prometheus.yml'), JSON.stringify(configuration))
  const { port, release } = await occupyPort()
  release()
  const address = `127.0.0.1:${port}`
  const files = [`--config.file=${join(home, 'prometheus.yml')}`, `--storage.tsdb.path=${join(home, 'data')}`]
  const child = spawn(prometheusProgram, [...files, `--web.listen-address=${address}`], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  return `http://${address}`
}
