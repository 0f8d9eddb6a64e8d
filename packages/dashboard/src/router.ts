/** Reads and writes the page's address: its fragment, which reaches no server and works wherever the collector is mounted. */
import { useMemo, useSyncExternalStore } from 'react'
import { createAddressBar } from './address-bar.ts'

/** @example `#/sessions/018f?type=crash` is `{ view: 'sessions', name: '018f', parameters: { type: 'crash' } }` */
export interface Address {
  readonly view: string
  /** Which one of the view's things; none: all of them. */
  readonly name?: string
  /** Those that are empty or undefined are left out of the address. */
  readonly parameters: Readonly<Record<string, string | undefined>>
}

const home: Address = { view: 'live', parameters: {} }

/** @param fragment as `location.hash` has it; what can not be decoded is a view that there is not */
export function readAddress(fragment: string): Address {
  const [path = '', ...query] = fragment.replace(/^#\/?/, '').split('?')
  const [view = '', ...name] = path.split('/')
  if (path === '') return { ...home, parameters: readParameters(query) }
  const nameText = decoded(name.join('/'))
  if (nameText === undefined) return { view: path, parameters: {} }
  return { view, ...(nameText !== '' && { name: nameText }), parameters: readParameters(query) }
}

export function hrefOf({ view, name, parameters }: Address): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const query = new URLSearchParams(given).toString()
  return `#/${view}${name === undefined ? '' : `/${encodeURIComponent(name)}`}${query === '' ? '' : `?${query}`}`
}

const bar = createAddressBar(() => window)

/**
 * @param next what is shown next, or how it comes from what is shown now, which may be another than was rendered last
 * @param options `replace`: without a step in the browser's history, as for what is typed
 */
export function navigate(
  next: Address | ((now: Address) => Address),
  { replace = false }: { readonly replace?: boolean } = {},
): void {
  const href = hrefOf(typeof next === 'function' ? next(readAddress(bar.fragment())) : next)
  if (replace) bar.replace(href)
  else bar.push(href)
}

export function useAddress(): Address {
  const fragment = useSyncExternalStore(bar.subscribe, bar.fragment)
  return useMemo(() => readAddress(fragment), [fragment])
}

const readParameters = (query: readonly string[]): Address['parameters'] =>
  Object.fromEntries(new URLSearchParams(query.join('?')))

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
