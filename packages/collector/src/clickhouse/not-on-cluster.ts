/** Says that something is not there yet for a store on ClickHouse, rather than to answer it wrongly. */
import { CollectorError } from '../errors.ts'

/** @param what with what to ask instead */
export const notOnCluster = (what: string): CollectorError =>
  new CollectorError('not_on_cluster', `This is not there yet for a store on ClickHouse. ${what}.`)
