/** Names that every file system takes, and that can't leave the folder they are put in. */

/** In UTF-8. File systems stop at 255; a writer may add a number and `.gz`. */
export const maxNameBytes = 240

/** Windows keeps these for devices, with any extension. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?$/i

/** What some file system refuses or reads as a path. C0 controls and DEL are among it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const refused = /[\u0000-\u001f\u007f<>:"/\\|?*]/

/** Why a name can't be a file's name everywhere; nothing if it can. */
export function nameFault(filename: unknown): string | undefined {
  if (typeof filename !== 'string') return `it is not text but ${filename === null ? 'null' : typeof filename}`
  if (filename === '') return 'it is empty'
  if (filename === '.' || filename === '..') return 'it is a folder'
  const stray = refused.exec(filename)?.[0]
  if (stray !== undefined) return `it has ${JSON.stringify(stray)} in it`
  if (/^ |[. ]$/.test(filename)) return 'it begins with a space, or ends with a space or a dot'
  if (device.test(filename)) return 'Windows keeps it for a device'
  if (/[\uD800-\uDFFF]/u.test(filename)) return 'it has half a character in it'
  const bytes = new TextEncoder().encode(filename).length
  return bytes > maxNameBytes ? `it has ${bytes} bytes, more than ${maxNameBytes}` : undefined
}

/** Two names with the same key are one file on Windows and macOS. */
export const nameKey = (filename: string): string => filename.normalize('NFC').toLowerCase()
