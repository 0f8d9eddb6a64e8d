/** Maps errors of the operating system to codes that say what to do about them. */
import { messageOf } from '@downlink/protocol'
import { ArtifactError, type ArtifactErrorCode } from '../errors.ts'

const codes: Readonly<Record<string, ArtifactErrorCode>> = {
  EACCES: 'not_writable',
  EPERM: 'not_writable',
  EROFS: 'not_writable',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  ENAMETOOLONG: 'bad_name',
  ENOTDIR: 'bad_folder',
}

/** `ENOENT` and its kind; nothing for an error that is not the system's. */
export function systemCode(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** What a file system answers that does not have the call at all; nothing is wrong with the file. */
const refusals = ['EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'ENOTTY', 'EOPNOTSUPP', 'EPERM', 'UNKNOWN']

export const isRefusal = (error: unknown): boolean => refusals.includes(systemCode(error) ?? '')

/** An error that has a code of ours passes as it is. */
export function fileError(what: string, cause: unknown): ArtifactError {
  if (cause instanceof ArtifactError) return cause
  return new ArtifactError(codes[systemCode(cause) ?? ''] ?? 'write_failed', `${what}: ${messageOf(cause)}`, { cause })
}

/** Making a folder where a file stands fails by another code than elsewhere. */
export function folderError(folder: string, cause: unknown): ArtifactError {
  if (systemCode(cause) !== 'EEXIST') return fileError(`Can't make the folder ${folder}`, cause)
  return new ArtifactError('bad_folder', `Can't make the folder ${folder}: something that is no folder is there`, {
    cause,
  })
}
