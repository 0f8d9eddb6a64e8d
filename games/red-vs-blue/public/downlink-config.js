// Overrides what the build has set, for this installation: { url, key, enabled }. A collector answers in its place, and a
// dev server has said it by then.
globalThis.downlinkConfig ??= {}
