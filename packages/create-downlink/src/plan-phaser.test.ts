import { expect, it } from 'vitest'
import { aGame, filesOf, run, viteGame } from './test-doubles.ts'

const phaserGame = (files: Readonly<Record<string, string>>) =>
  aGame({ ...viteGame, 'package.json': '{"dependencies":{"phaser":"4"},"devDependencies":{"vite":"8"}}', ...files })

const add = (folder: string) => run(folder, ['--yes', '--no-start', '--no-install'])

const imports = `import { telemetry } from './telemetry'\nimport { attachPhaser } from '@downlink/client/phaser'\n`

it.each([
  ['new Phaser.Game(config)\n', 'attachPhaser(new Phaser.Game(config), telemetry)\n'],
  [
    'export const game = new Phaser.Game({ width: 4 })\nplay()\n',
    'export const game = new Phaser.Game({ width: 4 })\nattachPhaser(game, telemetry)\nplay()\n',
  ],
  [
    'addEventListener("load", () => {\n  window.game = new Phaser.Game(config);\n});\n',
    'addEventListener("load", () => {\n  window.game = new Phaser.Game(config);\n  attachPhaser(window.game, telemetry);\n});\n',
  ],
  [
    'const start = (parent: string) => {\n  return new Phaser.Game({ ...config, parent })\n}\n',
    'const start = (parent: string) => {\n  const game = new Phaser.Game({ ...config, parent })\n  attachPhaser(game, telemetry)\n  return game\n}\n',
  ],
])('attaches the adapter where the game is made: %j', async (made, attached) => {
  const folder = await phaserGame({ 'src/main.ts': `import Phaser from 'phaser'\n${made}` })
  await add(folder)
  const { 'src/main.ts': main = '' } = await filesOf(folder)
  expect(main.replaceAll(/;$/gm, '')).toBe(`${imports}import Phaser from 'phaser'\n${attached}`.replaceAll(/;$/gm, ''))
  expect((await add(folder)).printed).toContain('There is nothing to do')
})

it('attaches it in another module than the first, which loads the telemetry all the same', async () => {
  const folder = await phaserGame({
    'src/main.ts': "import start from './game/main'\nstart()\n",
    'src/game/main.ts':
      "import { Game as Play } from './scenes/Game'\nimport { Game } from 'phaser'\nexport default () => {\n  return new Game({})\n}\n",
  })
  await add(folder)
  const files = await filesOf(folder)
  expect(files['src/main.ts']).toBe("import './telemetry'\nimport start from './game/main'\nstart()\n")
  expect(files['src/game/main.ts']).toContain("import { telemetry } from '../telemetry'\n")
  expect(files['src/game/main.ts']).toContain('  attachPhaser(game, telemetry)\n  return game\n')
  expect((await add(folder)).printed).toContain('There is nothing to do')
})

it('attaches it in JavaScript, by the name of the file', async () => {
  const folder = await phaserGame({
    'index.html': '<script type="module" src="src/main.js"></script>',
    'src/main.js': "import Phaser from 'phaser'\nnew Phaser.Game({})\n",
  })
  await add(folder)
  expect((await filesOf(folder))['src/main.js']).toContain("import { telemetry } from './telemetry.js'\n")
})

it.each([
  ['if (ready) new Phaser.Game(config)\n', 'src/main.ts'],
  ['const start = () => new Phaser.Game(config)\n', 'src/main.ts'],
  ['new Phaser.Game(a)\nnew Phaser.Game(b)\n', 'src/main.ts'],
  ['new Phaser.Game(\n', 'src/main.ts'],
  ['start()\n', 'your game'],
])('says which lines attach it, and leaves the game as it is: %j', async (made, path) => {
  const folder = await phaserGame({ 'src/main.ts': `import Phaser from 'phaser'\n${made}` })
  const { printed } = await add(folder)
  expect(printed).toContain(`by hand ${path}: scenes, pauses and steps`)
  expect(printed).toContain("import { telemetry } from './telemetry'")
  expect(printed).toContain('attachPhaser(game, telemetry)')
  expect((await filesOf(folder))['src/main.ts']).toBe(`import './telemetry'\nimport Phaser from 'phaser'\n${made}`)
})
