/** Saves what can be read of a damaged database: the process that `rebuild.ts` starts. */
import process from 'node:process'
import { answerParent } from './probe.ts'
import { salvage } from './salvage.ts'

const [, , source = '', target = '', logFolder = ''] = process.argv
await answerParent((onProgress) => salvage(source, target, logFolder, onProgress))
