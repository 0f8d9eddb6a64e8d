/** Names options that there are not, with the one that each may be meant for: plain JavaScript takes any name. */

/**
 * @param given anything: what is no object has no names. What is undefined or null counts as left out
 * @returns a sentence for each name that is not known
 * @example unknownOptions({ usr: '/telemetry' }, ['url', 'key']) // ['There is no option `usr`: did you mean `url`?']
 */
export function unknownOptions(given: unknown, known: Iterable<string>): readonly string[] {
  const names = [...known]
  if (typeof given !== 'object' || given === null) return []
  const unknown = Object.entries(given).filter(([name, value]) => value != null && !names.includes(name))
  return unknown.map(([name]) => {
    const nearest = nearestName(name, names)
    return `There is no option \`${name}\`${nearest === undefined ? '' : `: did you mean \`${nearest}\`?`}`
  })
}

/** Undefined where none is near enough to be meant. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const small = name.toLowerCase()
  const part = small.length > 2 ? known.find((other) => other.toLowerCase().includes(small)) : undefined
  for (let steps = 0; steps <= Math.max(2, name.length / 3); steps++) {
    const near = known.find((other) => isNear(small, other.toLowerCase(), steps))
    if (near !== undefined || (part !== undefined && steps > 0)) return near ?? part
  }
  return undefined
}

/** Is one the other, but for so many letters that are more, fewer or others? */
function isNear(one: string, other: string, steps: number): boolean {
  if (one === '' || other === '') return one.length + other.length <= steps
  const rest = [one.slice(1), other.slice(1)] as const
  if (one[0] === other[0]) return isNear(...rest, steps)
  return (
    steps > 0 && (isNear(...rest, steps - 1) || isNear(rest[0], other, steps - 1) || isNear(one, rest[1], steps - 1))
  )
}
