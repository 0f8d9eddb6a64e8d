/** Takes the place of the client's `create-telemetry` in a frame: the same, and each telemetry is watched. */
import {
  createTelemetry as create,
  type Telemetry,
  type TelemetryOptions,
} from '../../packages/client/dist/create-telemetry.js'
import { watch } from './frame.ts'

export function createTelemetry<Events extends object>(options?: TelemetryOptions<Events>): Telemetry<Events> {
  const telemetry = create<Events>(options)
  watch(telemetry)
  return telemetry
}
