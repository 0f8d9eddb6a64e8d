import { expect, it } from 'vitest'
import { maxEventBytes, maxEventDepth, maxFrameBytes, protocolDefaults } from './limits.ts'

it('has the numbers that stand apart in the table too', () => {
  expect(protocolDefaults).toMatchObject({ maxEventBytes, maxDepth: maxEventDepth, maxFrameBytes })
})
