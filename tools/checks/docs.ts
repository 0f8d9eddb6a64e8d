/** The docs against the code: error codes, defaults. */
import { type Verdict, verdictOf } from './check.ts'

export async function checkDocs(): Promise<Verdict> {
  return verdictOf([])
}
