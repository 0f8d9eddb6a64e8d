/** Reads JSON text so that no digit is lost: a number that JavaScript would write as another one becomes text. */

/** What `JSON.stringify` takes without loss. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A string, or a number. Strings are matched only to be passed over. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** All numbers that a double changes have 16 digits, or an exponent, or are -0. */
const suspicious = /[\d.]{17}|\d[eE]|\d{16}|-0/

/**
 * @example exactJson('{"id":76561197960287930,"x":0.5}') // { id: '76561197960287930', x: 0.5 }
 */
export function exactJson(text: string): Json {
  const exact = suspicious.test(text)
    ? text.replaceAll(tokens, (token) => (isExact(token) ? token : `"${token}"`))
    : text
  try {
    return JSON.parse(exact)
  } catch {
    // The appender does not check JSON; what is not JSON is shown as it is.
    return text
  }
}

/** @param text of a finite number, as JSON or the database write it */
export const exactNumber = (text: string): number | string => (isExact(text) ? Number(text) : text)

/** Does a double keep the number, so that it is written as one of the same value? True of a string. */
export function isExact(token: string): boolean {
  if (token.startsWith('"')) return true
  const written = String(Number(token))
  return written === token || normalForm(written) === normalForm(token)
}

/** `-1.50e3` and `-1500` have the same: sign, digits without zeros around them, and the power of ten of the last one. */
function normalForm(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  const power = significant === '' ? 0 : Number(exponent) - fraction.length + digits.length - significant.length
  return `${sign}${significant}e${power}`
}
