/** What may be asked, and how: parameters as they are described, by pages of the collector, with a token not guessed. */
import { request } from 'node:http'
import { expect, it } from 'vitest'
import { aCollector } from './harness.ts'

async function aRunning(options: Parameters<typeof aCollector>[0] = {}) {
  const { listening } = await aCollector(options)
  const { url } = listening
  return {
    url,
    get: async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(url + path, { headers })
      return { status: response.status, headers: response.headers, body: await response.json().catch(() => undefined) }
    },
    post: async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, headers: response.headers, body: await response.json().catch(() => undefined) }
    },
  }
}

/** `fetch` sets Sec-Fetch-* itself. */
function statusOf(url: string, headers: Record<string, string>, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      response.destroy()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

const badQueries = [
  'dump?format=csv&from=1',
  'dump?format=csv&format=ndjson',
  'dump?format[]=csv',
  'dump?format=CSV',
  'dump?format=csv&type=',
  'dump?format=csv&session=%00',
  'sessions?before=9999999999999999999.x',
  'sessions?before=99999999999999999999.x',
  'sessions?before=x',
  'sessions?before=1.',
  'sessions?before=-1.x',
  'sessions?limit=NaN',
  'sessions?limit=-1',
  'sessions?limit=1.5',
  'sessions?limit=1e2',
  'sessions?limit=0x10',
  'sessions?limit=%207',
  'sessions?limit=',
  'sessions?limit=Infinity',
  'sessions?limit=5&limit=6',
  'sessions?limit[]=5',
  'sessions?__proto__=1',
  'sessions?value=x',
  'sessions?label=a&value=x%00',
  'sessions?label=a&label=b',
  'sessions?label[gpu]=x',
  'sessions?player[]=ada',
  'sessions?state=closed',
  'sessions?state=open&state=lost',
  'sessions?state=OPEN',
  'sessions?error=1',
  'sessions?error=',
  'sessions?text=',
  `sessions?text=${'x'.repeat(257)}`,
  `sessions?build=${'x'.repeat(4097)}`,
  'sessions?minLengthMs=-1',
  'sessions?maxLengthMs=1.5',
  'sessions?sort=oldest',
  'sessions?sort=stored',
  'sessions?order=asc',
  'labels?limit=1',
  'sessions?constructor=1',
  'sessions?toString=1',
  'sessions/x/ledger?limit=1',
  'sessions/%00/ledger',
  'sessions/%00/timeline',
  'sessions/x/timeline?after=-1',
  'sessions/x/timeline?after=9007199254740993',
  'sessions/x/timeline?limit=0',
  'sessions/x/timeline?limit=20001',
  'sessions/x/timeline?before=5',
  'events?after=5',
  'events?session=x&after=9007199254740993',
  'events?session=x&after=1&after=2',
  'events?before=9007199254740993',
  'events?since=2026-01-01',
  'events?type=a&type=b',
  'rejected?code=',
  'rejected?type=x',
  'live?since=1',
  'openapi.json?x',
  'health?x',
]

it('answers what is unknown, repeated or malformed with 400, and says what was expected', async () => {
  const { get } = await aRunning()
  for (const query of badQueries) {
    const { status, body } = await get(`/api/${query}`)
    expect(status, query).toBe(400)
    expect(body, query).toEqual({
      error: { code: 'bad_request', message: expect.stringMatching(/^Expected .*, got /) },
    })
  }
  const messageOf = async (query: string) => (await get(`/api/${query}`)).body.error.message
  expect(await messageOf('dump?format=csv&from=1')).toBe(
    'Expected format, table, type, session, since, until, where, withSession, got "from"',
  )
  expect(await messageOf('dump?format=xls')).toBe('Expected `format` to be parquet or csv or ndjson, got "xls"')
  expect(await messageOf('sessions?limit=0')).toBe('Expected `limit` to be a whole number from 1 to 1000, got "0"')
  expect(await messageOf('sessions?before=x')).toBe('Expected `before` to be a page\'s `next`, got "x"')
  expect(await messageOf('events?after=5')).toBe('Expected `session` beside `after`, got none')
})

it.each([10_001, 60_000, 100_001, 300_000])(
  'refuses SQL of %i characters by the one limit that there is, in words',
  async (length) => {
    const { post } = await aRunning()
    const { status, body } = await post('/api/query', { sql: `SELECT '${'é'.repeat(length - 9)}'` })
    expect({ status, error: body.error }).toEqual({
      status: 400,
      error: { code: 'bad_sql', message: `Expected a SELECT of at most 10000 characters, got ${length}` },
    })
  },
)

it('takes SQL as long as it was told to', async () => {
  const { post } = await aRunning({ query: { maxSqlLength: 100_000 } })
  expect((await post('/api/query', { sql: `SELECT length('${'é'.repeat(99_000)}')` })).body.rows).toEqual([[99_000]])
})

it('takes bodies only as they are described', async () => {
  const { post } = await aRunning()
  const bodies = [{}, [], null, 7, 'SELECT 1', { sql: 7 }, { sql: null }, { sql: '' }, { sql: ['SELECT 1'] }]
  for (const body of [...bodies, { sql: 'SELECT 1', params: [1] }]) {
    expect(await post('/api/query', JSON.stringify(body)), JSON.stringify(body)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request' } },
    })
  }
  expect((await post('/api/query?x=1', { sql: 'SELECT 1' })).status).toBe(400)
  expect((await post('/api/query', '{"sql":')).status).toBe(400)
  expect((await post('/api/token', { token: 'x', remember: true })).status).toBe(400)
  expect((await post('/api/query', { sql: 'SELECT 1' })).status).toBe(200)
})

it('answers no input with 500', async () => {
  const { get, post } = await aRunning()
  const odd = ['', '%00', '%', '%ff', '%ED%A0%80', "'", '"', '9'.repeat(400), '-1', '1e400', '999999999999999.%00', '✓']
  for (const text of odd) {
    for (const path of ['sessions?limit=', 'sessions?before=', 'events?session=', 'events?type=', 'rejected?code=']) {
      expect((await get(`/api/${path}${text}`)).status, path + text).toBeLessThan(500)
    }
    for (const path of [
      `sessions/${text}/ledger`,
      `sessions/${text}/timeline`,
      `dump?format=csv&type=${text}`,
      `${text}`,
    ]) {
      expect((await get(`/api/${path}`)).status, path).toBeLessThan(500)
    }
  }
  expect((await get('/api/sessions?before=999999999999999.x')).status).toBe(200)
  for (const sql of ["SELECT '\u0000'", '\u0000', "SELECT '\ud800'", ';', '--', '/*', 'SELECT 1;;', '(('.repeat(900)]) {
    expect((await post('/api/query', { sql })).status, sql).toBeLessThan(500)
  }
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  for (const body of [deep, `{"sql":${deep}}`]) expect((await post('/api/query', body)).status).toBe(400)
})

it('answers no page elsewhere, whatever it makes a browser ask for, but opens where a link leads to it', async () => {
  const { url } = await aRunning()
  const data = [
    'api/sessions',
    'api/events',
    'api/dump?format=csv',
    'api/openapi.json',
    'api/live',
    'api/health',
    'metrics',
  ]
  for (const path of data) {
    const statusFor = (site: string, mode: string) =>
      statusOf(`${url}/${path}`, { 'sec-fetch-site': site, 'sec-fetch-mode': mode })
    for (const mode of ['no-cors', 'navigate']) {
      expect(await statusFor('cross-site', mode), path).toBe(403)
      expect(await statusFor('same-site', mode), path).toBe(403)
    }
    expect(await statusFor('none', 'navigate'), path).toBe(200)
    expect(await statusFor('same-origin', 'cors'), path).toBe(200)
    expect(await statusOf(`${url}/${path}`, { 'sec-fetch-site': 'none, cross-site' }), path).toBe(403)
    expect(await statusOf(`${url}/${path}`, { 'sec-fetch-site': 'cross-site' }, 'HEAD'), path).not.toBe(200)
  }
  expect(await statusOf(url, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(200)
})

it('answers OPTIONS and HEAD without a word to other pages', async () => {
  const { url } = await aRunning()
  const headers = { origin: url, 'access-control-request-method': 'GET' }
  const options = await fetch(`${url}/api/sessions`, { method: 'OPTIONS', headers })
  expect(options.status).toBe(404)
  expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  expect(await statusOf(`${url}/api/sessions`, {}, 'HEAD')).toBe(200)
  // Neither writes a file nor takes a place.
  expect(await statusOf(`${url}/api/dump?format=csv`, {}, 'HEAD')).toBe(404)
  expect(await statusOf(`${url}/api/live`, {}, 'HEAD')).toBe(404)
})

it('looks at few wrong tokens a minute of an address, and locks out neither others nor who is in', async () => {
  const limits = { maxGuessesPerMinute: 3 }
  const { get, post } = await aRunning({ readToken: 'right', trustProxy: 1, limits })
  const from = (sender: string) => ({ 'x-forwarded-for': `127.0.0.1, ${sender}` })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const shown = await post('/api/token', { token: 'right' }, from('203.0.113.9'))
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? ''
  const guess = (at: number) => get('/api/sessions', { ...from('203.0.113.9'), ...bearer(`guess ${at}`) })
  const statuses = await Promise.all(Array.from({ length: 20 }, async (_, at) => (await guess(at)).status))
  expect(statuses.filter((status) => status === 401)).toHaveLength(3)
  expect(statuses.filter((status) => status === 429)).toHaveLength(17)
  const limited = await get('/metrics', { ...from('203.0.113.9'), ...bearer('right') })
  expect(limited).toMatchObject({ status: 429, body: { error: { code: 'too_fast' } } })
  expect(limited.headers.get('retry-after')).toBe('20')
  expect((await post('/api/token', { token: 'right' }, from('203.0.113.9'))).status).toBe(429)
  expect((await get('/api/sessions', { ...from('203.0.113.9'), cookie })).status).toBe(200)
  expect((await get('/api/sessions', { ...from('203.0.113.10'), ...bearer('right') })).status).toBe(200)
})

it('takes the token in no URL', async () => {
  const { get } = await aRunning({ readToken: 'right' })
  for (const query of ['token=right', 'key=right', 'readToken=right']) {
    expect((await get(`/api/sessions?${query}`)).status).toBe(401)
  }
})
