/** Stands in for a collector: answers the page what was recorded of one, and says so where nothing was. */
;(() => {
  const { recordedAtMs } = document.currentScript.dataset
  const read = fetch
  const loading = read('./answers.json').then((response) => response.json())

  // The feed would run in a worker, whose requests are its own.
  delete globalThis.SharedWorker
  // All is as old as it was then.
  Date.now = () => Math.round(Number(recordedAtMs) + performance.now())

  globalThis.fetch = async (input, { method = 'GET', body = '' } = {}) => {
    const sample = await loading
    const url = new URL(input, document.baseURI)
    const path = `api/${(url.pathname + url.search).split('/api/').slice(1).join('/api/')}`
    if (path === 'api/live') return replay(sample.live)
    if (method === 'PUT' || method === 'DELETE') return refusal(403, 'Nothing is saved here.')
    const recorded = sample.answers[`${method} ${path} ${body}`.trim()] ?? derived(sample, path, url.searchParams)
    if (!recorded) return refusal(501, missingText(path))
    const { answer, timing = '' } = recorded
    // Whoever runs a collector may save; here nobody may.
    const shown = path === 'api/questions' ? { ...answer, writable: false } : answer
    return Response.json(shown, { headers: { 'server-timing': timing } })
  }

  /** What a collector would find in what is recorded whole. */
  function derived(sample, path, parameters) {
    if (path.startsWith('api/events?session=')) {
      const after = Number(parameters.get('after'))
      const events = sample.events[parameters.get('session')]?.filter(({ seq }) => seq > after)
      return events && { answer: { events: events.slice(0, Number(parameters.get('limit'))) } }
    }
    if (!path.startsWith('api/sessions?')) return undefined
    const all = sample.answers['GET api/sessions?limit=50'].answer.sessions
    const sessions = findSessions(all, Object.fromEntries(parameters))
    const missing = sessions.reduce((sum, session) => sum + session.missing, 0)
    return { answer: { sessions, total: sessions.length, missing, next: null } }
  }

  function findSessions(all, { sort, ...filter }) {
    const found = all.filter((session) =>
      Object.entries(filter).every(([name, value]) => conditions[name]?.(session, value, filter) ?? true),
    )
    const key = sortKeys[sort]
    return key ? found.sort((one, other) => key(other) - key(one)) : found
  }

  const contains = (text = '', part) => text.toLowerCase().includes(part.toLowerCase())
  const conditions = {
    build: ({ build }, value) => build === value,
    label: ({ labels = {} }, value) => value in labels,
    value: ({ labels = {} }, value, { label }) => labels[label] === value,
    player: ({ labels = {} }, value) => labels.player === value,
    text: ({ sessionId, build, labels = {} }, value) =>
      [sessionId, build, ...Object.values(labels)].some((text) => contains(text, value)),
    state: ({ states }, value) => states.includes(value),
    error: ({ errors }, value) => errors > 0 === (value === 'true'),
    minLengthMs: ({ lengthMs }, value) => lengthMs >= Number(value),
    maxLengthMs: ({ lengthMs }, value) => lengthMs <= Number(value),
  }
  const sortKeys = {
    newest: ({ firstSeen }) => firstSeen,
    length: ({ lengthMs }) => lengthMs,
    events: ({ stored }) => stored,
    missing: ({ missing }) => missing,
  }

  const own = 'A collector of your own answers it: npm ci && npm start, in a clone.'

  function missingText(path) {
    if (path.startsWith('api/query'))
      return `This is a recording. It answers the examples of SQL, and the questions as they are given, but nothing else. ${own}`
    if (path.startsWith('api/sessions/'))
      return `Of this session only its row was recorded. Those that can be opened are named at the top of the page. ${own}`
    return `This is a recording, and nobody asked for this while it was made. ${own}`
  }

  const refusal = (status, message) => Response.json({ error: { code: 'sample', message } }, { status })

  /** Then nothing comes any more, and the feed says so with a comment now and then. */
  function replay(messages) {
    const timers = []
    const text = new ReadableStream({
      start(controller) {
        for (const [afterMs, message] of messages) timers.push(setTimeout(() => controller.enqueue(message), afterMs))
        timers.push(setInterval(() => controller.enqueue(': nothing more\n\n'), 5000))
      },
      cancel: () => timers.forEach(clearTimeout),
    })
    return new Response(text.pipeThrough(new TextEncoderStream()))
  }

  addEventListener('click', (event) => {
    if (!event.target.closest?.('a[href*="api/"]')) return
    event.preventDefault()
    document.querySelector('#sample-status').textContent = `There are no files to download here. ${own}`
  })
})()
