/**
 * Client, spool, wire, commit and log together: pages crash, links lose what they carry, collector and store die at any
 * write. What was acknowledged or spooled is stored, once, in order, as it was pushed, and every ledger adds up.
 */
import { expect, it } from 'vitest'
import { firstFailure } from './first-failure.ts'
import { createModelBrowser } from './model-browser.ts'

const runs = Number(process.env.DOWNLINK_MODEL_RUNS ?? 40)

it(`loses nothing that was acknowledged or spooled, and stores nothing twice (${runs} runs)`, async () => {
  expect(await firstFailure({ disasters: false, createSenders: createModelBrowser }, runs)).toBeUndefined()
}, 7_200_000)

it(`counts what damage and older copies took (${runs} runs)`, async () => {
  expect(await firstFailure({ disasters: true, createSenders: createModelBrowser }, runs)).toBeUndefined()
}, 7_200_000)
