import { expect, it } from 'vitest'
import * as limits from './limits.ts'

const { protocolDefaults, maxEventDepth, subprotocol, telemetryPath, ...numbers } = limits

it('has the numbers that stand apart in the table too', () => {
  expect(protocolDefaults).toMatchObject({ ...numbers, maxDepth: maxEventDepth })
  expect([subprotocol, telemetryPath]).toEqual(['downlink.v1', '/telemetry'])
})
