/** Where a folder that was asked for without its slash is: relative, for a proxy may have put a path before ours. */
export function slashRedirect(url: string): string {
  const [path = '', ...query] = url.split('?')
  return [`.${path.slice(path.lastIndexOf('/'))}/`, ...query].join('?')
}
