/** What was recorded for the page with sample data is what a collector answers now: else it is to be recorded anew. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type DocumentedSchema, expectToFit } from '../packages/collector/test/documented-schema.ts'
import { aCollector } from '../packages/collector/test/harness.ts'

interface Documented {
  readonly responses: Readonly<Record<string, { readonly content: Content }>>
}

type Content = Readonly<Record<string, { readonly schema: DocumentedSchema }>>

interface Sample {
  readonly answers: Readonly<Record<string, { readonly answer: unknown }>>
}

it('has answers as the API describes them', async () => {
  const { listening } = await aCollector()
  const { paths } = await (await fetch(`${listening.url}/api/openapi.json`)).json()
  const text = await readFile(new URL('../site/sample/answers.json', import.meta.url), 'utf8')
  const answers = Object.entries((JSON.parse(text) as Sample).answers)
  expect(answers.length).toBeGreaterThan(20)
  for (const [request, { answer }] of answers) {
    const [method = '', address = ''] = request.split(' ')
    const path = address.split('?')[0]?.replace(/^(api\/sessions)\/[^/]+\//, '$1/{id}/')
    const operation: Documented | undefined = paths[`/${path}`]?.[method.toLowerCase()]
    const schema = operation?.responses['200']?.content['application/json']?.schema
    expect(schema, `${request} is no route: npm run sample`).toBeDefined()
    try {
      expectToFit(answer, schema ?? {}, true)
    } catch (error) {
      throw new Error(`${request} was answered otherwise then: npm run sample`, { cause: error })
    }
  }
})
