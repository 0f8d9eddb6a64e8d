/** Source maps go when they are too old, at the looks of retention. */
import { expect, it, vi } from 'vitest'
import { aCollector } from './harness.ts'

it('has those deleted that were kept before the time that they are kept', async () => {
  const removeBefore = vi.fn(async (_keptBeforeMs: number) => {})
  const sourceMaps = { find: async () => undefined, removeBefore }
  const before = Date.now()
  await aCollector({ sourceMaps, retention: { keepSourceMapsMs: 3_600_000 } })
  await vi.waitFor(() => expect(removeBefore).toHaveBeenCalled(), 10_000)
  const [[keptBeforeMs = 0] = []] = removeBefore.mock.calls
  expect(keptBeforeMs).toBeGreaterThanOrEqual(before - 3_600_000)
  expect(keptBeforeMs).toBeLessThanOrEqual(Date.now() - 3_600_000)
})
