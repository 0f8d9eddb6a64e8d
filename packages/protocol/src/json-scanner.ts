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

/**
 * @example
 * const scanner = new JsonScanner('{"a": [1, 2]}')
 * scanner.enter()
 * while (scanner.nextMember()) if (scanner.keyIs('a')) scanner.cutValue() // { text: '[1, 2]', keys: 0 }
 */
export class JsonScanner {
  private readonly text: string
  private at = 0
  private keys = 0
  private keyStart = 0
  private keyEnd = 0

  constructor(text: string) {
    this.text = text
    this.skipSpace()
  }

  get position(): number {
    return this.at
  }

  textFrom(position: number): string {
    return this.text.slice(position, this.at)
  }

  get isObject(): boolean {
    return this.text.charCodeAt(this.at) === openBrace
  }

  get isArray(): boolean {
    return this.text.charCodeAt(this.at) === openBracket
  }

  /** Goes into the object or array that begins here. */
  enter(): void {
    this.at++
  }

  /** Goes to the value of the next member; false past the last one. The value must be skipped, cut or entered then. */
  nextMember(): boolean {
    if (!this.nextItem()) return false
    this.keyStart = this.at
    this.keyEnd = this.endOfString(this.at)
    this.at = this.keyEnd
    this.skipSpace()
    this.at++
    this.skipSpace()
    this.keys++
    return true
  }

  /** Goes to the next item of an array; false past the last one. */
  nextItem(): boolean {
    this.skipSpace()
    if (this.text.charCodeAt(this.at) === comma) {
      this.at++
      this.skipSpace()
    }
    const code = this.text.charCodeAt(this.at)
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
    const { text, keyStart, keyEnd } = this
    const length = keyEnd - keyStart - 2
    if (length <= name.length) return length === name.length && text.startsWith(name, keyStart + 1)
    // An escape makes a key longer: `"\u0064ata"` is `data`, too.
    for (let at = keyStart; at < keyEnd; at++) {
      if (text.charCodeAt(at) === backslash) return JSON.parse(this.keyText) === name
    }
    return false
  }

  /** The value that begins here. */
  cutValue(): JsonSlice {
    const { at, keys } = this
    this.skipValue()
    return { text: this.textFrom(at), keys: this.keys - keys }
  }

  skipValue(): void {
    const { text } = this
    let at = this.at
    let depth = 0
    do {
      switch (text.charCodeAt(at)) {
        case quote:
          at = this.endOfString(at)
          break
        case openBrace:
        case openBracket:
          depth++
          at++
          break
        case closeBrace:
        case closeBracket:
          depth--
          at++
          break
        case colon:
          this.keys++
          at++
          break
        default:
          at = depth === 0 ? this.endOfScalar(at) : at + 1
      }
    } while (depth > 0)
    this.at = at
  }

  private endOfScalar(start: number): number {
    const { text } = this
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code <= space || code === comma || code === closeBrace || code === closeBracket) return at
    }
    return text.length
  }

  /** A quote ends a string unless an odd number of backslashes stands before it. */
  private endOfString(start: number): number {
    const { text } = this
    for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
      let before = end - 1
      while (text.charCodeAt(before) === backslash) before--
      if ((end - before) % 2 === 1) return end + 1
    }
  }

  private skipSpace(): void {
    while (this.text.charCodeAt(this.at) <= space) this.at++
  }
}
