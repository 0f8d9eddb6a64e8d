/** The page as Vite builds it: no schemas in the bundle, nothing that a strict Content-Security-Policy refuses. */

import { build, type Rolldown } from 'vite'
import { beforeAll, expect, it } from 'vitest'

let output: Rolldown.RolldownOutput['output']
beforeAll(async () => {
  const result = await build({ root: `${import.meta.dirname}/..`, logLevel: 'error', build: { write: false } })
  if (!('output' in result)) throw new Error('Expected one build')
  output = result.output
})

it('has only the types of the event definitions, not zod', () => {
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  expect(modules.some((id) => id.includes('engine/engine.ts'))).toBe(true)
  expect(modules.filter((id) => /[\\/]zod[\\/]|engine[\\/]events\.ts/.test(id))).toEqual([])
})

it('has no inline script or style, and its config before its code', () => {
  const html = output.find(({ fileName }) => fileName === 'index.html')
  const text = html?.type === 'asset' ? String(html.source) : ''
  expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
  const scripts = [...text.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)].map(([, src]) => src)
  expect(scripts).toEqual(['./downlink-config.js', expect.stringMatching(/^\.\/assets\/index-.*\.js$/)])
})
