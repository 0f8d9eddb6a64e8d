/** Lists the targets of the fuzz, in the order of the data. */
import type { Target } from './target.ts'
import { bodies } from './targets/bodies.ts'
import { decoders } from './targets/decoders.ts'
import { files } from './targets/files.ts'
import { frames } from './targets/frames.ts'
import { log } from './targets/log.ts'
import { smallFiles } from './targets/small-files.ts'
import { snapshots } from './targets/snapshots.ts'
import { sql } from './targets/sql.ts'

export const targets: readonly Target[] = [decoders, frames, bodies, log, files, smallFiles, sql, snapshots]
