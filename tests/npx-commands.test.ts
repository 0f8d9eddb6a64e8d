/** What of a text would fetch somebody else's package. */
import { expect, it } from 'vitest'
import { foreignCommandsIn } from '../tools/checks/npx-commands.ts'

it.each([
  ['npx downlink serve', ['npx downlink']],
  ['- run: npx --yes downlink@latest export', ['npx --yes downlink@latest']],
  ['`pnpm dlx downlink tail`, `bunx downlink`', ['pnpm dlx downlink', 'bunx downlink']],
  ['npx @downlink/cli serve', []],
  ['npx --yes --package=/tmp/downlink-{protocol,cli}-0.1.0.tgz downlink serve', []],
  ['npx --no -- downlink export', []],
  ['npm create downlink; npx create-downlink; downlink serve', []],
  ['npx @downlink/cli serve, and no bare downlink', []],
])('finds in %j: %j', (text, found) => {
  expect(foreignCommandsIn(text)).toEqual(found)
})
