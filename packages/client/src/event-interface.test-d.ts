/** An interface of events is as good as a type, wherever events are named. */
import { expectTypeOf, it } from 'vitest'
import { attachTelemetry, type EmittedEvent, type TelemetrySource } from './attach.ts'
import { type AutoEvents, auto, errors, instrument } from './auto.ts'
import { createTelemetry, type Telemetry } from './create-telemetry.ts'
import { attachPhaser, type PhaserEvents, type PhaserGame } from './phaser/attach-phaser.ts'
import { byType, mustDeliver } from './policies/by-type.ts'
import { TelemetryConnector, type TelemetryConnectorProps, useTelemetry } from './react.ts'
import { attachWorker, createWorkerTelemetry } from './worker/worker-telemetry.ts'

interface GameEvents {
  readonly bullet_fired: { readonly shipId: string; readonly team: 'red' | 'blue' }
  paused: undefined
}

interface AllEvents extends GameEvents, AutoEvents, PhaserEvents {}

const telemetry = createTelemetry<GameEvents>()

it('binds the payload to the name', () => {
  telemetry.push('bullet_fired', { shipId: 'r1', team: 'red' })
  telemetry.push('paused')
  // @ts-expect-error no event has this name
  telemetry.push('bullet_frid', { shipId: 'r1', team: 'red' })
  // @ts-expect-error no team has this name
  telemetry.push('bullet_fired', { shipId: 'r1', team: 'green' })
  // @ts-expect-error a payload is missing
  telemetry.push('bullet_fired')
  // @ts-expect-error a payload where there is none
  telemetry.push('paused', 1)
})

it('is known to what takes any telemetry', () => {
  const play = (_: Telemetry): void => {}
  play(telemetry)
  play(createTelemetry<AllEvents>())
  // @ts-expect-error a telemetry of other events
  const other: Telemetry<{ other: number }> = telemetry
  other.start()
})

it('is taken by what stands beside a telemetry', () => {
  attachTelemetry({} as TelemetrySource<EmittedEvent<GameEvents>>, telemetry)
  // @ts-expect-error a source of other events
  attachTelemetry({} as TelemetrySource<EmittedEvent<{ other: { n: number } }>>, telemetry)

  auto(createTelemetry<AllEvents>())
  auto(createTelemetry<GameEvents & AutoEvents>())
  instrument(createTelemetry<AllEvents>(), [errors()])
  // @ts-expect-error a collector that knows its events would refuse those of auto
  auto(telemetry)

  attachPhaser({} as PhaserGame, createTelemetry<AllEvents>())
  createTelemetry<GameEvents>({ policies: byType({ bullet_fired: mustDeliver }) })
  // @ts-expect-error there is no such event
  createTelemetry<GameEvents>({ policies: byType({ bullet_frid: mustDeliver }) })
})

it('is taken in a worker', () => {
  const inWorker = createWorkerTelemetry<GameEvents>()
  inWorker.push('bullet_fired', { shipId: 'r1', team: 'red' })
  // @ts-expect-error no team has this name
  inWorker.push('bullet_fired', { shipId: 'r1', team: 'green' })
  attachWorker({} as Worker, telemetry)
})

it('is taken by React', () => {
  expectTypeOf(useTelemetry(telemetry).telemetry).toEqualTypeOf<Telemetry<GameEvents>>()
  expectTypeOf(useTelemetry<GameEvents>().telemetry).toEqualTypeOf<Telemetry<GameEvents>>()
  expectTypeOf<{ readonly telemetry: Telemetry<GameEvents> }>().toExtend<TelemetryConnectorProps<GameEvents>>()
  TelemetryConnector({ telemetry })
})

it('is an object by its names', () => {
  // @ts-expect-error these are the names
  createTelemetry<keyof GameEvents>()
})
