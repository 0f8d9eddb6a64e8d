/** What is in the scripts of the built page. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import game from '../src/index.ts'

it('has the version of the package, and nothing else of its description', () => {
  const assets = join(game.pageFolder, 'assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  const text = scripts.map((name) => readFileSync(join(assets, name), 'utf8')).join('\n')
  const { version, description, repository, devDependencies } = manifest
  const scoped = Object.keys(devDependencies).filter((name) => name.startsWith('@'))
  const found = [version, description, repository.url, ...scoped].filter((each) => text.includes(each))
  expect(found).toEqual([version])
})
