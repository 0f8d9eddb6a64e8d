/** Origins as a real browser sends them. */
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { createCollector } from '@downlink/collector'
import { expect, test } from './fixtures/test.ts'

const sendBothWays = (url: string) => `<!doctype html><title>Waiting</title><script type="module">
  const answer = await fetch('${url}/telemetry', { method: 'POST', body: '[{"type":"posted"}]' })
  const socket = new WebSocket('${url.replace('http', 'ws')}/telemetry')
  socket.onopen = () => socket.send('[{"type":"sent"}]')
  socket.onclose = ({ code }) => { document.title = 'closed ' + code }
  document.title = 'posted ' + answer.status
</script>`

test('takes a page that is a file where `null` is listed', async ({ page }, testInfo) => {
  const collector = createCollector({ data: testInfo.outputPath('data'), origins: ['null'], logger: false })
  const { url } = await collector.listen({ port: 0 })
  try {
    const file = testInfo.outputPath('page.html')
    await writeFile(file, sendBothWays(url))
    await page.goto(pathToFileURL(file).href)
    await expect(page).toHaveTitle('posted 200')
    const types = async () => (await collector.query('SELECT type FROM events ORDER BY type')).rows.flat()
    await expect.poll(types).toEqual(['posted', 'sent'])
  } finally {
    await collector.close()
  }
})
