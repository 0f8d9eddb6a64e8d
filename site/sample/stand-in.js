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
    if (method === 'PUT' || method === 'DELETE') return refusal(403, 'This is a sample: nothing is saved in it.')
    const events = path.startsWith('api/events?session=') && eventsOf(sample, url.searchParams)
    if (events) return Response.json(events)
    const recorded = sample.answers[`${method} ${path} ${body}`.trim()]
    if (!recorded) return refusal(404, 'This is a sample, and has only what was recorded for it.')
    const { answer, timing = '' } = recorded
    // Whoever runs a collector may save; here nobody may.
    const shown = path === 'api/questions' ? { ...answer, writable: false } : answer
    return Response.json(shown, { headers: { 'server-timing': timing } })
  }

  function eventsOf(sample, parameters) {
    const after = Number(parameters.get('after'))
    const events = sample.events[parameters.get('session')]?.filter(({ seq }) => seq > after)
    return events && { events: events.slice(0, Number(parameters.get('limit'))) }
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
    document.querySelector('#sample').append(' It has no files to download.')
  })
})()
