/** Serves the built pages of a preview with something first in their head: they are on the disk as players get them. */
import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Connect } from 'vite'

/** @param folder absolute path of the build */
export function previewPages(folder: string, base: string, first: () => string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const page = pageOf(request.url ?? '', base)
    const path = page === undefined ? undefined : resolve(folder, page)
    if (!path?.startsWith(`${folder}${sep}`)) return next()
    readFile(path, 'utf8').then(
      (html) => {
        const [head = ''] = /^.*?<head\b[^>]*>/is.exec(html) ?? []
        response.setHeader('content-type', 'text/html; charset=utf-8')
        response.end(head + first() + html.slice(head.length))
      },
      // Vite says what is there instead.
      () => next(),
    )
  }
}

/** Its file, from the folder; undefined where it is no page. */
function pageOf(url: string, base: string): string | undefined {
  const [asked = ''] = url.split('?', 1)
  if (!asked.startsWith(base)) return undefined
  const path = asked.slice(base.length).replace(/(^|\/)$/, '$1index.html')
  return path.endsWith('.html') ? path : undefined
}
