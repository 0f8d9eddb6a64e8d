/** Text from outside, made safe to show: no payload may move the cursor, colour the screen or turn a line around. */

const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Writes control and format characters as `\u001b`. */
export function printable(text: string): string {
  return text.replace(controls, (control) => `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}
