/** Checks that each promise of the docs names a test, and that it is there: its file, and where a name stands behind it, that, too. */
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
  const unshown = texts.flatMap(({ doc, text }) => unshownIn(text).map((row) => `${doc} names no test for: ${row}`))
  return { ...resultOf([...unshown, ...faults.flat()]), note: `${named.length} tests` }
}

/** Rows without a test, of the tables whose last column is *shown by*. */
function unshownIn(text: string): readonly string[] {
  const tables = text.matchAll(/^\|.*\| shown by \|\n\|[-|]+\|\n((?:\|.*\n)+)/gm)
  const rows = [...tables].flatMap(([, body = '']) => body.trimEnd().split('\n'))
  return rows.filter((row) => row.search(namedTest) === -1)
}
