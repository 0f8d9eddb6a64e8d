/** The report of an entry point: all that its users can lean on, and nothing that they can't see. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { apiReport } from '../tools/api-report.ts'

async function report(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-api-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return apiReport('game', join(folder, 'index.d.ts'))
}

const files = {
  'index.d.ts': `/** Names what a game imports. */
export { play, type Options as PlayOptions } from './play.ts';
export declare class Fault extends Error {
    /** Why. */
    readonly code: string;
}
export type { Shape } from 'shapes';
`,
  'play.d.ts': `import * as names from './names.ts';
import type { Level as Stage } from './level.ts';
import { type Shape, type Size } from 'shapes';
/** Of a game. */
export interface Options extends Base {
    readonly stage: Stage; // where it begins
    readonly name: names.Name;
}
interface Base {
    readonly shape: Shape;
    readonly size: Size;
}
export declare function play(options: Options): void;
export declare function play(): void;
export declare const unused: number;
`,
  'level.d.ts': 'export type Level = typeof first | 2;\ndeclare const first = 1;\nexport {};\n',
  'names.d.ts': 'export type Name = string;\n',
}

it('has what is exported, by its name, and what that leans on', async () => {
  expect(await report(files)).toBe(`# game

What it exports, by \`npm run api\`.

\`\`\`ts
import { Size } from 'shapes'

export class Fault extends Error {
    readonly code: string;
}

interface Options extends Base {
    readonly stage: Stage;
    readonly name: names.Name;
}
export { Options as PlayOptions }

export { Shape } from 'shapes'

export function play(options: Options): void;
export function play(): void;

// What these lean on, and this entry point does not export:

const first = 1;

interface Base {
    readonly shape: Shape;
    readonly size: Size;
}

type Level = typeof first | 2;

type Name = string;
\`\`\`
`)
})

it('differs where a type does that nobody can import', async () => {
  const changed = { ...files, 'level.d.ts': files['level.d.ts'].replace('| 2', '| 3') }
  expect(await report(changed)).not.toBe(await report(files))
})

it('is the same where a comment differs', async () => {
  const changed = { ...files, 'play.d.ts': files['play.d.ts'].replace('Of a game', 'Of a round') }
  expect(await report(changed)).toBe(await report(files))
})

it('is all of an entry point that exports nothing', async () => {
  expect(
    await report({ 'index.d.ts': '/** Types. */\ninterface ImportMetaEnv {\n    readonly A: string;\n}\n' }),
  ).toContain('interface ImportMetaEnv {\n    readonly A: string;\n}')
})
