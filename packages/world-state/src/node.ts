/** What needs Node: saves as files. */

export { createFileStorage, type FileStorageOptions, type FileSystem, type OpenFile } from './node/file-storage.ts'
