/** Keeps the data folder from whoever asks the dev server for files: it serves all of the project, names with a dot too. */
import { relative, resolve } from 'node:path'
import type { Connect } from 'vite'

/**
 * Answers 404 for each path that leads there, by the project's root or by Vite's `/@fs/`. Reading what is recorded is the
 * collector's to allow.
 *
 * @param root absolute, of the project
 * @param base of the game's addresses, with a slash at its end
 * @param folder absolute
 */
export function privateFolder(root: string, base: string, folder: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = pathOf(request.url ?? '/')
    // Vite strips the base of what has it, and takes the rest as it is.
    const paths = [path, path.startsWith(base) ? `/${path.slice(base.length)}` : path]
    if (!paths.some((each) => isWithin(folder, fileOf(root, each)))) return next()
    response.statusCode = 404
    response.end()
  }
}

/** Without its query. What is no encoding of anything Vite refuses itself. */
function pathOf(url: string): string {
  const [path = '/'] = url.split(/[?#]/)
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const fileOf = (root: string, path: string): string =>
  path.startsWith('/@fs/') ? resolve('/', path.slice('/@fs/'.length)) : resolve(root, `.${path}`)

/** Whatever its case: not each file system tells one from the other. */
function isWithin(folder: string, file: string): boolean {
  const way = relative(folder.toLowerCase(), file.toLowerCase())
  return way === '' || !/^(\.\.([\\/]|$)|\/|[a-z]:)/.test(way)
}
