/** Names for views and columns that DuckDB tells apart; it does not tell case apart. */

/**
 * @param prefix put before a name that is in `taken`
 * @example uniqueNames(['seq', 'X', 'x'], ['seq'], 'data_') // ['data_seq', 'X', 'x_2']
 */
export function uniqueNames(wanted: readonly string[], taken: readonly string[], prefix: string): readonly string[] {
  const used = new Set(taken.map((name) => name.toLowerCase()))
  return wanted.map((name) => {
    const base = taken.includes(name.toLowerCase()) ? `${prefix}${name}` : name
    let unique = base
    for (let count = 2; used.has(unique.toLowerCase()); count++) unique = `${base}_${count}`
    used.add(unique.toLowerCase())
    return unique
  })
}
