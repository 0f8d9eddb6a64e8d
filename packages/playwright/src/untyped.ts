/** `test` and `expect` for any event; where a game has definitions, `createTest({ events })` binds them. */
import type { EventMap } from '@downlink/protocol'
import { createTest, type TelemetryTest } from './create-test.ts'

const untyped = createTest()

export const test: TelemetryTest<EventMap>['test'] = untyped.test

export const expect: TelemetryTest<EventMap>['expect'] = untyped.expect
