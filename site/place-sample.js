/** Puts the page with sample data beside the docs: the collector's own page, with what stands in for a collector. */
import { cp, readFile, writeFile } from 'node:fs/promises'

const page = new URL('../packages/collector/dist/page/', import.meta.url)
const recorded = new URL('sample/', import.meta.url)
const target = new URL('dist/sample/', import.meta.url)

const style = `<style>
      #sample { margin: 0; padding: 0.5rem 1rem; font: 0.875rem/1.4 system-ui, sans-serif; background: #ffe9a8; color: #1c1917; }
      #sample a { color: inherit; }
    </style>`

const html = await readFile(new URL('index.html', page), 'utf8').catch(() => {
  throw new Error('The page is not built: npm run build')
})
await cp(page, target, { recursive: true })
await cp(recorded, target, { recursive: true })
const { recordedAtMs, events } = JSON.parse(await readFile(new URL('answers.json', recorded), 'utf8'))
const sessions = Object.keys(events).map((id, at) => `<a href="#/sessions/${id}">${at + 1}</a>`)
const note = `<aside id="sample" aria-label="About this page"><strong>Sample data.</strong> All of it was recorded from <code>npx downlink demo --seed 7</code>, a game that
      plays itself. Nothing is live or saved, and of its sessions these can be opened: ${sessions.join(' ')}. <a href="../index.html">Docs</a></aside>`
const standIn = `<script src="./stand-in.js" data-recorded-at-ms="${recordedAtMs}"></script>`
await writeFile(
  new URL('index.html', target),
  html.replace('<head>', `<head>\n    ${standIn}\n    ${style}`).replace('<body>', `<body>\n    ${note}`),
)
