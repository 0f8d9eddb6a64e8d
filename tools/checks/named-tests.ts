/** Checks that each test which the docs name as their proof is there: its file, and where a name stands behind it, that, too. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../node-tool.ts'
import { type CheckResult, resultOf } from './check.ts'

const docs = ['docs/reliability.md', 'docs/security.md']

/** `path/to/some.test.ts`, or with its name behind it: `path/to/some.test.ts`: *does this* */
const namedTest = /`([^`]+\.(?:test|spec)\.tsx?)`(?:: \*([^*]+)\*)?/g

export async function checkNamedTests(): Promise<CheckResult> {
  const texts = await Promise.all(docs.map(async (doc) => ({ doc, text: await readFile(join(root, doc), 'utf8') })))
  const named = texts.flatMap(({ doc, text }) =>
    [...text.matchAll(namedTest)].map(([, path = '', name = '']) => ({ doc, path, name })),
  )
  const faults = await Promise.all(
    named.map(async ({ doc, path, name }) => {
      const source = await readFile(join(root, path), 'utf8').catch(() => undefined)
      if (source === undefined) return [`${doc} names ${path}, which is not there`]
      return source.includes(name) ? [] : [`${doc} names "${name}" of ${path}, which has no such test`]
    }),
  )
  return { ...resultOf(faults.flat()), note: `${named.length} tests` }
}
