/** Names what somebody may do: send events (`write`), read them (`read`), or change and delete what is kept (`admin`). */

export type Scope = 'write' | 'read' | 'admin'

/** Who administers may read, too. Whoever may send has what every player's browser has: that reads nothing. */
export const permits = (held: Scope, wanted: Scope): boolean =>
  held === wanted || (held === 'admin' && wanted === 'read')
