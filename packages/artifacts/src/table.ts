/** Rows under named columns: what a slice contributes to an export, and becomes a CSV file. */

/** Null and undefined are empty cells; objects and arrays are written as JSON. */
export type Cell = string | number | bigint | boolean | null | undefined | object

export interface Table {
  /** Part of the file's name. @example 'cascade-targets' */
  readonly section: string
  /** A transcript is read by people, too: it has formats of its own, `transcript-csv` and `transcript-md`. @default 'table' */
  readonly kind?: 'table' | 'transcript'
  readonly columns: readonly string[]
  /** One cell a column, in their order. */
  readonly rows: readonly (readonly Cell[])[]
}
