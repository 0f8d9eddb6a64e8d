/** Reads a page of docs/, section by section, for the tests that hold it to what it says. */
import { readFile } from 'node:fs/promises'
import { createJiti } from 'jiti'

export interface Section {
  /** Without backticks. */
  readonly heading: string
  readonly code: readonly Block[]
  /** Rows of cells, without the header. */
  readonly tables: readonly (readonly (readonly string[])[])[]
}

export interface Block {
  readonly language: string
  readonly text: string
}

export async function readPage(path: string): Promise<readonly Section[]> {
  const text = await readFile(new URL(`../docs/${path}`, import.meta.url), 'utf8')
  return text.split(/^(?=##+ )/m).map((section) => ({
    heading: (/^##+ (.*)/.exec(section)?.[1] ?? '').replaceAll('`', ''),
    code: [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({
      language,
      text: code,
    })),
    tables: [...section.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => table.trimEnd().split('\n').slice(2).map(cellsOf)),
  }))
}

const cellsOf = (row: string): string[] =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())

/** The blocks of a language in the section under a heading. */
export function blocksOf(page: readonly Section[], heading: string, language: string): readonly string[] {
  const section = page.find((each) => each.heading === heading)
  return (section?.code ?? []).filter((block) => block.language === language).map(({ text }) => text)
}

/** What a TypeScript block of a page exports. */
export async function moduleOf<Exports>(code: string): Promise<Exports> {
  const filename = `${import.meta.dirname}/page.ts`
  return (await createJiti(import.meta.url).evalModule(code, { filename, async: true })) as Exports
}
