import { expect, it } from 'vitest'
import { isText } from './sql-text.ts'

it('writes text that leaves its quotes in no dialect', () => {
  expect(isText('type', "it's")).toBe("type = 'it''s'")
  expect(isText('type', "\\' OR 1=1 --")).toBe("hex(type) = '5C27204F5220313D31202D2D'")
  expect(isText('type', 'é\\')).toBe("hex(type) = 'C3A95C'")
})
