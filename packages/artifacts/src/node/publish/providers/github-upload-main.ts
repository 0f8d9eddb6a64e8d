/** Runs an upload to GitHub as a child process. Arguments: manifest, folder, artifact's name. Its last line on stderr says how it went. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { uploadListed } from './github-upload.ts'

const [, , manifestPath = '', folder = '', artifactName = ''] = process.argv

const { code, message } = await uploadListed(manifestPath, folder, artifactName, async () => {
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return new DefaultArtifactClient()
})
writeSync(process.stderr.fd, `${message}\n`)
// Sockets that the client keeps alive would hold the process.
process.exit(code)
