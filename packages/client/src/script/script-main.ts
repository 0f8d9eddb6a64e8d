/** Puts the client on a page as `globalThis.downlink`, for games without modules: what `downlink.global.js` is bundled from. */
import { attachTelemetry } from '../attach.ts'
import {
  auto,
  device,
  errors,
  frames,
  idle,
  instrument,
  loading,
  player,
  resetPlayer,
  startTelemetry,
  visibility,
} from '../auto.ts'
import { createTelemetry, type TelemetryOptions } from '../create-telemetry.ts'
import { createSpool } from '../spool/create-spool.ts'
import { adopt, type CallQueue } from './adopt.ts'
import { pageTools, scriptAddress } from './environment.ts'

const address = scriptAddress()

/** A script that a collector serves sends to that collector, unless it is told otherwise. */
const fromCollector: TelemetryOptions =
  address && /\/client\.js(\?|$)/.test(address) ? { url: address.replace(/client\.js(\?.*)?$/, 'telemetry') } : {}

const page = pageTools()
page.downlink = {
  ...page.downlink,
  createTelemetry: (options?: TelemetryOptions) => createTelemetry({ ...fromCollector, ...options }),
  startTelemetry: (options?: TelemetryOptions) => startTelemetry({ ...fromCollector, ...options }),
  adopt: (stub: object, queue: CallQueue, options?: TelemetryOptions) =>
    adopt(stub, queue, { ...fromCollector, ...options }),
  attachTelemetry,
  createSpool,
  auto,
  instrument,
  errors,
  frames,
  loading,
  visibility,
  device,
  player,
  resetPlayer,
  idle,
}
