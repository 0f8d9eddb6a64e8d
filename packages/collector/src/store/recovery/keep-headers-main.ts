/** Keeps a copy of a database's headers, beside a process that has it open. */
import process from 'node:process'
import { keepHeaders } from './file-headers.ts'
import { answerParent } from './probe.ts'

const [, , file = ''] = process.argv
await answerParent(async () => {
  await keepHeaders(file)
  return null
})
