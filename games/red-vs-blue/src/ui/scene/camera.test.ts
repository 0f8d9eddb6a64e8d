import { expect, it } from 'vitest'
import { checkConfig } from '../../engine/config.ts'
import { fieldSizeFor } from './camera.ts'

it.each([
  [1280, 800],
  [390, 844],
  [3840, 1080],
  [200, 3000],
])('a window of %d × %d gets a battlefield of the usual area, within the ranges', (width, height) => {
  const size = fieldSizeFor({ width, height })
  expect(checkConfig(size)).toMatchObject(size)
  expect(Math.abs(size.canvasWidth * size.canvasHeight - 1280 * 800)).toBeLessThan(2000)
})
