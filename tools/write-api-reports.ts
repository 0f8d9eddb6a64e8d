/** Runs `npm run api`: writes the report of each entry point anew. */
import { writeApiReports } from './checks/api-reports.ts'

await writeApiReports()
