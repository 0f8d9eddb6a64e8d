/**
 * Finds where the values of a JSON text begin and end, so that they can be cut out of it as they came.
 * The text must be valid: only what `JSON.parse` has taken may be scanned.
 */

/** A value's own text, and how many keys its objects have in all. A key that is there twice counts twice. */
export interface JsonSlice {
  readonly text: string
  readonly keys: number
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
/** JSON's white space is the space and three below it; no token begins or goes on with one of these. */
const space = 0x20

/** What a unit is to a scan that passes over a value. */
const kinds = { part: 0, quote: 1, colon: 2, opens: 3, closes: 4, separates: 5 }
const kindOf = new Uint8Array(256)
kindOf.fill(kinds.separates, 0, space + 1)
kindOf[comma] = kinds.separates
kindOf[quote] = kinds.quote
kindOf[colon] = kinds.colon
kindOf[openBrace] = kindOf[openBracket] = kinds.opens
kindOf[closeBrace] = kindOf[closeBracket] = kinds.closes

/**
 * @example
 * const scanner = new JsonScanner('{"a": [1, 2]}')
 * scanner.enter()
 * while (scanner.nextMember()) if (scanner.keyIs('a')) scanner.cutValue() // { text: '[1, 2]', keys: 0 }
 */
export class JsonScanner {
  private readonly text: string
  private readonly units: Uint8Array
  private at = 0
  private keys = 0
  private keyStart = 0
  private keyEnd = 0
  private isKeyEscaped = false

  /** @param utf8 the same text, where it is at hand: where it is ASCII, nothing has to be made of it */
  constructor(text: string, utf8?: Uint8Array) {
    this.text = text
    this.units = unitsOf(text, utf8)
    this.skipSpace()
  }

  get position(): number {
    return this.at
  }

  textFrom(position: number): string {
    return this.text.slice(position, this.at)
  }

  get isObject(): boolean {
    return this.units[this.at] === openBrace
  }

  get isArray(): boolean {
    return this.units[this.at] === openBracket
  }

  /** Goes into the object or array that begins here. */
  enter(): void {
    this.at++
  }

  /** Goes to the value of the next member; false past the last one. The value must be skipped, cut or entered then. */
  nextMember(): boolean {
    if (!this.nextItem()) return false
    this.keyStart = this.at
    this.skipKey()
    this.skipSpace()
    this.at++
    this.skipSpace()
    this.keys++
    return true
  }

  /** Goes to the next item of an array; false past the last one. */
  nextItem(): boolean {
    this.skipSpace()
    if (this.units[this.at] === comma) {
      this.at++
      this.skipSpace()
    }
    const code = this.units[this.at]
    if (code !== closeBrace && code !== closeBracket) return true
    this.at++
    return false
  }

  /** The member's key as it came, quotes and escapes included. */
  get keyText(): string {
    return this.text.slice(this.keyStart, this.keyEnd)
  }

  /** @param name without a character that JSON must escape */
  keyIs(name: string): boolean {
    // `"\u0064ata"` is `data`, too.
    if (this.isKeyEscaped) return JSON.parse(this.keyText) === name
    const { text, keyStart, keyEnd } = this
    return keyEnd - keyStart - 2 === name.length && text.startsWith(name, keyStart + 1)
  }

  /** The value that begins here. */
  cutValue(): JsonSlice {
    const { at, keys } = this
    this.skipValue()
    return { text: this.textFrom(at), keys: this.keys - keys }
  }

  skipValue(): void {
    const { units } = this
    let { at, keys } = this
    let depth = 0
    do {
      const kind = kindAt(units, at++)
      if (kind === kinds.part) {
        if (depth === 0) at = endOfScalar(units, at)
      } else if (kind === kinds.quote) at = endOfString(units, at)
      else if (kind === kinds.colon) keys++
      else if (kind === kinds.opens) depth++
      else if (kind === kinds.closes) depth--
    } while (depth > 0)
    this.at = at
    this.keys = keys
  }

  private skipKey(): void {
    const { units } = this
    let at = this.at + 1
    this.isKeyEscaped = false
    while (units[at] !== quote) {
      if (units[at++] !== backslash) continue
      this.isKeyEscaped = true
      at++
    }
    this.at = this.keyEnd = at + 1
  }

  private skipSpace(): void {
    const { units } = this
    while ((units[this.at] ?? quote) <= space) this.at++
  }
}

/** Past the end a kind that is no part of a value. */
const kindAt = (units: Uint8Array, at: number): number => kindOf[units[at] ?? space] ?? kinds.part

function endOfScalar(units: Uint8Array, start: number): number {
  let at = start
  while (kindAt(units, at) === kinds.part) at++
  return at
}

/** @param start past its first quote */
function endOfString(units: Uint8Array, start: number): number {
  let at = start
  while (units[at] !== quote) at += units[at] === backslash ? 2 : 1
  return at + 1
}

/**
 * A text's UTF-16 units as bytes, which are read several times as fast as the characters of a string. What is beyond ASCII
 * stands in strings only, and is any byte that is no ASCII.
 */
function unitsOf(text: string, utf8?: Uint8Array): Uint8Array {
  if (utf8?.length === text.length) return utf8
  const units = new Uint8Array(text.length)
  for (let at = 0; at < units.length; at++) units[at] = Math.min(text.charCodeAt(at), 0xff)
  return units
}
