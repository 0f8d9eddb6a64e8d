/** Reads a table by ranges of rows, which are halved around what can't be read. */

/** Rows of one group of a table, each of whose columns stands in blocks of its own. */
const rangeRows = 122_880
/** Rows that are read at once, or not at all. */
const vectorRows = 2048

/**
 * @param rows of the table, from row 0
 * @param read rejects where a row of the range can't be read
 * @returns how many rows can't be read, at most
 */
export async function readByRanges(
  rows: number,
  read: (from: number, to: number) => Promise<unknown>,
): Promise<number> {
  let lost = 0
  for (let from = 0; from < rows; from += rangeRows) await readRange(from, Math.min(from + rangeRows, rows))
  return lost

  async function readRange(from: number, to: number): Promise<void> {
    try {
      await read(from, to)
    } catch (error) {
      if (!isDamage(error)) throw error
      if (to - from <= vectorRows) {
        lost += to - from
        return
      }
      const middle = from + Math.ceil((to - from) / 2 / vectorRows) * vectorRows
      await readRange(from, middle)
      await readRange(middle, to)
    }
  }
}

const isDamage = (error: unknown): boolean => /Corrupt|Could not read enough bytes|checksum/i.test(String(error))
