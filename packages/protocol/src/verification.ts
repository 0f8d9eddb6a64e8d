/** Names what `downlink verify` sends: the type of its events, and the label of its sessions. Neither is a player's. */
export const verifyName = 'downlink_verify'
