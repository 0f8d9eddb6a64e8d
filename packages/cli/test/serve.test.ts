import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixture, freshFolder, occupyPort, post, run, serve, start } from './run-command.ts'

it('says where it is in one line of JSON, takes events, and ends in order', async () => {
  const command = await serve()
  expect(await post(command.url, [{ type: 'x' }])).toBe(200)
  command.child.kill('SIGTERM')
  expect(await command.exitCode).toBe(0)
  // A database that is closed in order has taken in its log.
  expect((await readdir(command.data)).sort()).toEqual([
    '.gitignore',
    'age-clock.json',
    'downlink.duckdb',
    'downlink.duckdb.headers',
    'exports',
    'log',
  ])
  expect(command.stdout()).toBe(
    `${JSON.stringify({
      url: command.url,
      telemetry: `${command.url.replace('http', 'ws')}/telemetry`,
      data: command.data,
    })}\n`,
  )
})

it('reads source maps where it is told to', async () => {
  const folder = freshFolder()
  await writeFile(join(folder, 'game.js.map'), '{"version":3}')
  const { url } = await serve(['--source-maps', folder])
  expect(await (await fetch(`${url}/api/source-map?script=/game.js`)).text()).toBe('{"version":3}')
})

it('ends in order on Ctrl-C, too, which npm sends twice', async () => {
  const command = await serve()
  command.child.kill('SIGINT')
  command.child.kill('SIGINT')
  expect(await command.exitCode).toBe(0)
})

it('ends on the first signal while it starts, whatever hangs', async () => {
  const command = start(['serve', '--data', freshFolder(), '--schema', fixture('endless-schema.mjs')])
  await command.shows('loading')
  command.child.kill('SIGTERM')
  expect(await command.exitCode).toBe(0)
  expect(command.stdout()).toBe('')
})

it('gives advice where the port is taken', async () => {
  const { port, release } = await occupyPort()
  const { exitCode, stdout, stderr } = await run(['serve', '--port', String(port), '--data', freshFolder()])
  release()
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain('[cannot_listen]')
  expect(stderr).toContain('--port 0')
})

it('gives advice where no browser connects to the port', async () => {
  const { exitCode, stdout, stderr } = await run(['serve', '--port', '4190', '--data', freshFolder()])
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toMatch(/4190: no browser connects to this port \[cannot_listen\]\n.*another port with --port/)
})

it('says why it can not have its folder', async () => {
  const file = join(freshFolder(), 'file')
  await writeFile(file, '')
  const { exitCode, stderr } = await run(['serve', '--port', '0', '--data', join(file, 'data')])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/^error: Can't write the log in .*: EEXIST: .*file' \[data_unusable\]$/m)
})

it('says once why it cannot listen, and does not blame the port where the address is wrong', async () => {
  // 192.0.2.0/24 is for documents: no machine has an address of it.
  const secrets = ['--key', 'k', '--read-token', 't']
  const { exitCode, stderr } = await run(['serve', '--host', '192.0.2.1', '--data', freshFolder(), ...secrets])
  expect(exitCode).toBe(1)
  expect(stderr).toContain("error: Can't listen on 192.0.2.1:4180: this machine has no such address [cannot_listen]\n")
  expect(stderr).toContain('--host')
  expect(stderr).not.toMatch(/Stop what|Error: listen/)
})

it('does not listen beyond loopback without a key and a read token', async () => {
  for (const args of [[], ['--key', 'k'], ['--read-token', 't']]) {
    const data = freshFolder()
    const { exitCode, stderr } = await run(['serve', '--host', '0.0.0.0', '--port', '0', '--data', data, ...args])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('[unprotected]')
    expect(stderr).toContain('DOWNLINK_KEY')
  }
})

it('stores what no schema accepts with --schema-mode warn, and says which modes there are', async () => {
  const schema = ['--schema', fixture('events.ts')]
  const storedOf = async (...flags: string[]) => {
    const { url } = await serve([...schema, ...flags])
    const answer = await fetch(`${url}/telemetry`, { method: 'POST', body: '[{"type":"nobody_knows"}]' })
    const { totals } = (await answer.json()) as { totals: { rejected: object } }
    return totals.rejected
  }
  expect(await storedOf()).toEqual({ unknown_type: 1 })
  expect(await storedOf('--schema-mode', 'warn')).toEqual({})
  const { exitCode, stderr } = await run(['serve', '--data', freshFolder(), '--schema-mode', 'ignore'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Allowed choices are reject, warn')
})

it('takes an admin token from a file, and lets a read token change nothing', async () => {
  const file = join(freshFolder(), 'admin')
  await writeFile(file, '# of whoever is on duty\nadmin\n')
  const { url } = await serve(['--read-token', 't', '--admin-token-file', file])
  const statusFor = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const text = '-- title: Mine\n-- answers: One.\n-- chart: table\nSELECT 1 AS one\n'
    const answer = await fetch(`${url}/api/questions/mine`, { method: 'PUT', headers, body: JSON.stringify({ text }) })
    return answer.status
  }
  expect(await Promise.all(['t', 'admin', 'other'].map(statusFor))).toEqual([403, 200, 401])
})

it('does not believe a proxy without a read token, and says what it expects of the flag', async () => {
  const refused = async (...args: string[]) => {
    const { exitCode, stderr } = await run(['serve', '--port', '0', '--data', freshFolder(), ...args])
    expect(exitCode).toBe(2)
    return stderr
  }
  expect(await refused('--trust-proxy', '1')).toMatch(/read token.*\[unprotected\]\n.*DOWNLINK_READ_TOKEN/)
  const token = ['--read-token', 't']
  expect(await refused(...token, '--trust-proxy', '0')).toMatch(/how many proxies.*got 0 \[bad_option\]/)
  expect(await refused(...token, '--trust-proxy', 'nginx')).toMatch(/addresses.*got "nginx" \[bad_option\]/)
  expect(await refused('--trust-proxy', ...token)).toContain('Expected how many proxies')
  expect(await refused(...token, '--trust-proxy')).toContain('--trust-proxy <proxies>')
})

it.each([['1'], ['127.0.0.1, 10.0.0.0/8']])('starts behind proxies: %s', async (proxies) => {
  const { url } = await serve(['--trust-proxy', proxies, '--read-token', 't'])
  expect(await post(url, [{ type: 'x' }])).toBe(200)
})

it('takes the bound of its log as a size, and says what it expected', async () => {
  const { url } = await serve(['--max-log', '2MiB'])
  expect(await post(url, [{ type: 'x' }])).toBe(200)
  for (const size of ['4 apples', '1kB']) {
    const { exitCode, stderr } = await run(['serve', '--data', freshFolder(), '--max-log', size])
    expect([exitCode, stderr.includes('such as 4GB, 512MiB')], stderr).toEqual([2, true])
  }
})

it('takes pages of apps and of all names below one, and says which origin it can not read', async () => {
  const origins = ['capacitor://localhost', 'https://*.itch.zone', 'https://Game.example/', 'null']
  const { url } = await serve(origins.flatMap((origin) => ['--origin', origin]))
  const statusFor = (origin: string) => post(url, [{ type: 'x' }], { origin })
  for (const origin of ['capacitor://localhost', 'https://html.itch.zone', 'https://game.example', 'null']) {
    expect(await statusFor(origin), origin).toBe(200)
  }
  for (const origin of ['https://itch.zone', 'https://evil-itch.zone', 'tauri://localhost']) {
    expect(await statusFor(origin), origin).toBe(403)
  }
  const { exitCode, stderr } = await run(['serve', '--data', freshFolder(), '--origin', 'game.example'])
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/"https:\/\/game\.example".*got "game\.example" \[bad_option\]/)
})

it('prints addresses that can be called when it listens beyond loopback', async () => {
  const secrets = ['--host', '0.0.0.0', '--key', 'k', '--read-token', 't']
  const { url } = await serve(secrets)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await post(url, [{ type: 'x' }], { authorization: 'Bearer k' })).toBe(200)
  const published = await serve([...secrets, '--public-url', 'https://t.example'])
  expect(JSON.parse(published.stdout())).toMatchObject({
    url: 'https://t.example',
    telemetry: 'wss://t.example/telemetry',
  })
})

it('takes keys from flags, a file and the environment', async () => {
  const file = join(freshFolder(), 'keys')
  await writeFile(file, '# of the staging build\nfrom-file\n\n')
  const both = await serve(['--key', 'from-flag', '--key-file', file], { DOWNLINK_KEY: 'from-environment' })
  const inherited = await serve([], { DOWNLINK_KEY: 'from-environment' })
  const statuses = (url: string): Promise<number[]> =>
    Promise.all(
      ['from-flag', 'from-file', 'from-environment'].map((key) =>
        post(url, [{ type: 'x' }], { authorization: `Bearer ${key}` }),
      ),
    )
  expect(await statuses(both.url)).toEqual([200, 200, 401])
  expect(await statuses(inherited.url)).toEqual([401, 401, 200])
  expect(`${both.stderr()}${inherited.stderr()}`).not.toMatch(/from-(flag|file|environment)/)
})

it('says which secret file is of no use', async () => {
  const { exitCode, stderr } = await run(['serve', '--key-file', join(freshFolder(), 'none')])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[bad_secret_file]')
})

it('validates against a schema module in TypeScript', async () => {
  const command = await serve(['--schema', fixture('events.ts')])
  const events = [
    { type: 'jumped', data: { height: 2 } },
    { type: 'jumped', data: { height: 'high' } },
  ]
  const answer = await fetch(`${command.url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })
  expect(await answer.json()).toMatchObject({ ack: 2, rejected: [{ seq: 2 }] })
})

it('says what a schema module lacks', async () => {
  const { exitCode, stderr } = await run(['serve', '--schema', fixture('half-game.ts')])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[bad_module]')
  expect(stderr).toContain('defineEvents')
})

it('goes on when nobody reads its output any more', async () => {
  const command = start(['serve', '--port', '0', '--data', freshFolder()])
  command.child.stdout?.destroy()
  await command.shows('istening')
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(command.stderr()) ?? []
  expect(await post(url, [{ type: 'x' }])).toBe(200)
  command.child.kill('SIGTERM')
  expect(await command.exitCode).toBe(0)
})

it('keeps its data out of the folder of a page, and says where', async () => {
  const [game, home] = [freshFolder(), freshFolder()]
  await writeFile(join(game, 'index.html'), '')
  const command = start(['serve', '--port', '0'], { XDG_DATA_HOME: home, LOCALAPPDATA: home, HOME: home }, game)
  await command.shows('"telemetry"')
  const { data } = JSON.parse(command.stdout())
  expect(data.startsWith(home)).toBe(true)
  expect(command.stderr()).toContain('What is recorded is kept here, for a page lies in this folder')
  expect(await readdir(game)).toEqual(['index.html'])
})

it('warns of a folder that is named, and served with a page', async () => {
  const game = freshFolder()
  await writeFile(join(game, 'index.html'), '')
  const command = start(['serve', '--port', '0', '--data', join(game, 'server/data')])
  await command.shows('"telemetry"')
  expect(command.stderr()).toContain('a server of those files serves it, too')
})
