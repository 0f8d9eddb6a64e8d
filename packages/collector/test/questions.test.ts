/** Questions over HTTP: those that are there, a team's folder, and the saved ones. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Question } from '@downlink/collector'
import { expect, it } from 'vitest'
import { aCollector, aCollectorOnce, aFolder } from './harness.ts'

const text = (title: string, sql = 'SELECT 1 AS one') =>
  `-- title: ${title}\n-- answers: One.\n-- chart: table\n${sql}\n`

type Running = Awaited<ReturnType<typeof aCollector>>

async function aRunning(options: Parameters<typeof aCollector>[0] = {}, headers: Record<string, string> = {}) {
  return questionsOf(await aCollector(options), headers)
}

function questionsOf({ listening, data }: Pick<Running, 'listening' | 'data'>, headers: Record<string, string> = {}) {
  const call = async (method: string, path: string, body?: object) => {
    const init = { method, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } }
    const response = await fetch(`${listening.url}/api${path}`, {
      ...init,
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: response.status === 204 ? undefined : await response.json() }
  }
  return {
    url: listening.url,
    data,
    list: async () => (await call('GET', '/questions')).body,
    titles: async () => {
      const { questions } = (await call('GET', '/questions')).body
      return Object.fromEntries(questions.map(({ name, title, origin }: Question) => [name, `${origin}: ${title}`]))
    },
    save: (name: string, file: unknown) => call('PUT', `/questions/${encodeURIComponent(name)}`, { text: file }),
    remove: (name: string) => call('DELETE', `/questions/${encodeURIComponent(name)}`),
  }
}

it('lists the built-in ones, whole', async () => {
  const { list } = await aRunning()
  const { questions, problems, writable } = await list()
  expect({ problems, writable }).toEqual({ problems: [], writable: true })
  expect(questions).toContainEqual({
    name: 'rejections',
    origin: 'built-in',
    title: 'What is rejected, and why?',
    answers: expect.any(String),
    chart: { kind: 'bar', x: 'code', y: ['events'], by: 'type' },
    parameters: [],
    labels: [],
    sql: [expect.stringContaining('FROM rejected_events')],
  })
})

it('names the functions that a query may call, and no other', async () => {
  const { url } = await aRunning()
  const { functions } = await (await fetch(`${url}/api/functions`)).json()
  expect(functions).toEqual(expect.arrayContaining(['approx_quantile', 'json_each', 'range', 'time_bucket']))
  for (const name of ['getenv', 'read_csv', 'repeat', '->>']) expect(functions).not.toContain(name)
})

it('reads a folder as it is now, and tells file and line of what is no question', async () => {
  const folder = await aFolder()
  const { titles, list } = await aRunning({ questions: folder })
  await writeFile(join(folder, 'funnel.sql'), text('Our funnel'))
  await writeFile(join(folder, 'ours.sql'), text('Ours'))
  await writeFile(join(folder, 'notes.md'), 'no question')
  expect(await titles()).toMatchObject({ funnel: 'folder: Our funnel', ours: 'folder: Ours' })

  await writeFile(join(folder, 'ours.sql'), text('Ours', 'SELECT\n  $who'))
  await writeFile(join(folder, 'Not Plain.sql'), text('x'))
  await writeFile(join(folder, 'latin.sql'), Buffer.from(`-- title: \xe9\n`, 'latin1'))
  await writeFile(join(folder, 'long.sql'), `${text('x')}--${' '.repeat(40_000)}`)
  await mkdir(join(folder, 'folder.sql'))
  await symlink(join(folder, 'nowhere'), join(folder, 'dangling.sql'))
  const { problems } = await list()
  expect(problems.map(({ file, line, message }: Record<string, unknown>) => `${file}:${line} ${message}`)).toEqual([
    'Not Plain.sql:1 Expected a name of 1 to 64 of a-z, 0-9 and - between them, got Not Plain',
    'dangling.sql:1 ENOENT: no such file or directory',
    'folder.sql:1 Expected a file, got something else',
    expect.stringMatching(/^latin.sql:1 .*UTF-8|^latin.sql:1 .*encoded data/i),
    'long.sql:1 Expected at most 32768 bytes, got more',
    'ours.sql:5 Expected no parameter, got $who',
  ])
  expect(await titles()).not.toHaveProperty('ours')
})

it('goes on without a folder that is not there, and says so', async () => {
  const { list } = await aRunning({ questions: join(await aFolder(), 'nowhere') })
  const { questions, problems } = await list()
  expect(questions).not.toEqual([])
  expect(problems).toEqual([
    { file: 'nowhere', line: 1, message: 'Expected a folder of questions, got ENOENT: no such file or directory' },
  ])
})

it('saves, saves over, and deletes', async () => {
  const { data, save, remove, titles } = await aRunning()
  expect(await save('mine', text('First'))).toMatchObject({
    status: 200,
    body: { name: 'mine', origin: 'saved', title: 'First' },
  })
  expect((await save('mine', text('Second'))).status).toBe(200)
  expect(await titles()).toMatchObject({ mine: 'saved: Second' })
  expect(await readFile(join(data, 'questions', 'mine.sql'), 'utf8')).toBe(text('Second'))
  expect(await readdir(join(data, 'questions'))).toEqual(['mine.sql'])

  expect((await remove('mine')).status).toBe(204)
  expect(await remove('mine')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(await titles()).not.toHaveProperty('mine')
})

const anyCollector = aCollectorOnce()

it.each(['../up', 'a/b', 'A', '', '.', 'con', 'lpt1', 'a.b', '-a', 'a-', 'é', 'x'.repeat(65), 'a\n'])(
  'saves nothing as %j',
  async (name) => {
    const { data, save, remove } = questionsOf(await anyCollector())
    const saved = await save(name, text('x'))
    expect([400, 404]).toContain(saved.status)
    expect([400, 404]).toContain((await remove(name)).status)
    expect(await readdir(data)).not.toContain('questions')
  },
)

it.each([
  ['funnel', text('Another'), 'Expected a name that no built-in or given question has, got funnel'],
  ['mine', 'SELECT 1', 'Line 1: Expected a line `-- title: …` before the SQL, got none'],
  ['mine', text('x', '$a'), 'Line 4: Expected no parameter, got $a'],
  ['mine', text('x', 'DELETE FROM events'), 'Expected one SELECT. Nothing can be written from here.'],
  ['mine', text('x', 'SELECT 1; SELECT 2'), 'Expected one SELECT. Nothing can be written from here.'],
  ['mine', text('x', "SELECT getenv('HOME')"), 'The function getenv is not allowed here'],
  ['mine', text('x', 'SELECT count(* FROM events'), 'syntax error'],
  ['mine', text('x', 'SELECT * FROM nowhere'), 'The table "nowhere" is not allowed here'],
  ['mine', text('x', `SELECT '${'é'.repeat(9000)}${'è'.repeat(9000)}'`), 'Expected at most 32768 bytes'],
])('refuses %s with %#', async (name, file, message) => {
  const { save } = questionsOf(await anyCollector())
  const { status, body } = await save(name, file)
  expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'bad_question' })
  expect(body.error.message).toContain(message)
})

it('saves so many, and no more, however many come at once', async () => {
  const { data, save } = await aRunning()
  await mkdir(join(data, 'questions'))
  for (let count = 0; count < 198; count++) await writeFile(join(data, 'questions', `q${count}.sql`), text('x'))
  const statuses = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => (await save(name, text('x'))).status))
  expect(statuses.sort()).toEqual([200, 200, 400, 400])
  expect((await save('q7', text('Again'))).status).toBe(200)
})

it('counts files that hold no question, and lets one be saved in the place of such a file', async () => {
  const { data, save } = await aRunning()
  await mkdir(join(data, 'questions'))
  for (let count = 0; count < 200; count++) await writeFile(join(data, 'questions', `q${count}.sql`), 'SELECT 1')
  expect(await save('mine', text('x'))).toMatchObject({
    status: 400,
    body: {
      error: { code: 'bad_question', message: 'Expected at most 200 files of saved questions: delete one first' },
    },
  })
  expect((await save('q7', text('Again'))).status).toBe(200)
})

it('saves what has a parameter of each kind', async () => {
  const { save } = await aRunning()
  const parameters = ['a (type)', 'b (types)', 'c (label)', 'd (field of a)', 'e (number)', 'f (span)', 'g (text)']
  const header = parameters.map((parameter) => `-- parameter ${parameter}: P`).join('\n')
  const sql =
    'SELECT ts + $f, labels->>$c, data->>$d FROM events JOIN sessions USING (session_id) WHERE type = $a AND list_contains($b, type) AND seq > $e OR type = $g'
  expect(await save('mine', `${header}\n${text('x', sql)}`)).toMatchObject({ status: 200 })
})

it('saves nothing for whoever has a read token, which is one to read', async () => {
  const { data, save, remove, list } = await aRunning({ readToken: 't' }, { authorization: 'Bearer t' })
  expect((await list()).writable).toBe(false)
  for (const answer of [await save('mine', text('x')), await remove('mine')]) {
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
  }
  expect(await readdir(data)).not.toContain('questions')
})

it('saves for whoever has the admin token, and for nobody else where there is one', async () => {
  for (const tokens of [{ readToken: 't', adminToken: 'a' }, { adminToken: 'a' }]) {
    const admin = await aRunning(tokens, { authorization: 'Bearer a' })
    expect((await admin.list()).writable).toBe(true)
    expect((await admin.save('mine', text('x'))).status).toBe(200)
    const other = await aRunning({ ...tokens, keys: ['k'] }, { authorization: 'Bearer k' })
    expect((await other.save('mine', text('x'))).status).toBe(401)
  }
  expect((await (await aRunning({ adminToken: 'a' })).list()).writable).toBe(false)
})

it('lists and saves nothing without the token, nor in the name of another page', async () => {
  const locked = await aRunning({ readToken: 't' })
  expect((await locked.save('mine', text('x'))).status).toBe(401)
  const { url, titles } = await aRunning()
  for (const headers of [
    { origin: 'https://elsewhere.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { host: 'elsewhere.example' },
  ]) {
    expect(await putStatus(`${url}/api/questions/mine`, headers), JSON.stringify(headers)).toBe(403)
  }
  expect(await titles()).not.toHaveProperty('mine')
})

/** `fetch` sets Host and Origin itself. */
function putStatus(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end(JSON.stringify({ text: text('x') }))
  })
}
