/** Puts the page with sample data beside the docs: the collector's own page, with what stands in for a collector. */
import { cp, readFile, writeFile } from 'node:fs/promises'

const page = new URL('../packages/collector/dist/page/', import.meta.url)
const recorded = new URL('sample/', import.meta.url)
const target = new URL('dist/sample/', import.meta.url)

const html = await readFile(new URL('index.html', page), 'utf8').catch(() => {
  throw new Error('The page is not built: npm run build')
})
await cp(page, target, { recursive: true })
await cp(recorded, target, { recursive: true })
const { recordedAtMs, events } = JSON.parse(await readFile(new URL('answers.json', recorded), 'utf8'))
const sessions = Object.entries(events)
  .filter(([, stored]) => stored.length > 0)
  .map(([id, stored]) => `<li><a href="#/sessions/${id}">${stored.length.toLocaleString('en')} events</a></li>`)
const bar = `<aside id="sample" aria-label="About this page">
      <p><strong>A recording.</strong> The collector's page, as it was while <code>npm start</code> played: nothing of it is live, and nothing is saved.</p>
      <p>Sessions that can be opened:</p>
      <ul>${sessions.join('')}</ul>
      <p><a href="../index.html">Docs</a></p>
      <p id="sample-status" role="status"></p>
    </aside>`
const head = `<script src="./stand-in.js" data-recorded-at-ms="${recordedAtMs}"></script>
    <link rel="stylesheet" href="./bar.css">`
await writeFile(
  new URL('index.html', target),
  html
    .replace('<html', '<html data-recorded')
    .replace('<head>', `<head>\n    ${head}`)
    .replace('<body>', `<body>\n    ${bar}`),
)
