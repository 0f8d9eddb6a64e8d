/** The pipe by which a store process knows that its collector is there, and tells why it ended itself. */

/** After stdin, stdout, stderr and Node's IPC. */
export const lifelineFd = 4

/** Said before the process ends itself for want of memory. */
export const outOfMemory = 'm'
