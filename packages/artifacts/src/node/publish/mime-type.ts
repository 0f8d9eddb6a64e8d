/** The MIME types of what an export writes, by extension. */

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gz: 'application/gzip',
  json: 'application/json',
  md: 'text/markdown',
  ndjson: 'application/x-ndjson',
  png: 'image/png',
  txt: 'text/plain',
  zip: 'application/zip',
}

export function mimeTypeOf(path: string): string | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(types, extension) ? types[extension] : undefined
}
