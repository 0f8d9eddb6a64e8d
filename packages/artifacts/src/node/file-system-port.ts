/** The part of `node:fs/promises` that the file writer uses; tests make its calls fail. */
import * as fs from 'node:fs/promises'

export type FileSystemPort = Pick<typeof fs, 'link' | 'lstat' | 'mkdir' | 'open' | 'realpath' | 'rename' | 'unlink'>

export const realFileSystem: FileSystemPort = fs
