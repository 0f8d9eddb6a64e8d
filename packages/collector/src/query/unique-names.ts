/** Names for views and columns that DuckDB tells apart; it does not tell case apart. */

/**
 * @param isTaken names that get the prefix
 * @example uniqueNames(['seq', 'X', 'x'], (name) => name === 'seq', 'data_') // ['data_seq', 'X', 'x_2']
 */
export function uniqueNames(
  wanted: readonly string[],
  isTaken: (name: string) => boolean,
  prefix: string,
): readonly string[] {
  const used = new Set<string>()
  return wanted.map((name) => {
    const base = isTaken(name) ? `${prefix}${name}` : name
    let unique = base
    for (let count = 2; used.has(unique.toLowerCase()); count++) unique = `${base}_${count}`
    used.add(unique.toLowerCase())
    return unique
  })
}
