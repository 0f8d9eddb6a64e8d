import { describe, expect, it } from 'vitest'
import { aStore } from '../test-doubles.ts'

describe('the options of a store', () => {
  it.each([
    [{ historyLimit: 0 }, 'Expected `historyLimit` to be a whole number from 1 up, got 0'],
    [{ nestedLimit: 1.5 }, 'Expected `nestedLimit` to be a whole number from 1 up, got 1.5'],
  ])('refuse %o', (options, message) => {
    expect(() => aStore(options)).toThrow(message)
  })
})
