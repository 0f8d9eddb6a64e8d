/** Runs the backend of OpenTelemetry of `../ingest.ts`: it takes whatever it is sent, and looks at none of it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerParent } from './server-process.ts'

const server = createServer((request, response) => {
  request.resume().once('end', () => response.end('{}'))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
answerParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {})
