/** Lists why a client gave an event up. The list is closed: a drop without one of these reasons does not exist. */

export const dropReasons = ['overflow', 'oversize', 'unencodable', 'disabled', 'cleared', 'sampled'] as const

export type DropReason = (typeof dropReasons)[number]

/** How many events were dropped, by reason. A reason without drops is absent. */
export type DropCounts = { readonly [Reason in DropReason]?: number }
