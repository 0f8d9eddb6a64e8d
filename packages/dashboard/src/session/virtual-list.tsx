/** Lists any number of entries of one height: only those in sight are there. One is selected, by click or by keyboard. */
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'

interface VirtualListProps {
  readonly label: string
  readonly length: number
  /** Of each entry, in CSS pixels. */
  readonly entryHeight: number
  readonly selected: number | undefined
  readonly onSelect: (index: number) => void
  /** What an entry holds; its class is the second. */
  readonly entry: (index: number) => readonly [content: ReactNode, className: string]
  /** Hears which entries are in sight. */
  readonly onSight?: (from: number, to: number) => void
  readonly onOpen?: (index: number) => void
}

/** Beyond what is in sight, so that scrolling shows no holes. */
const beyond = 8

export function VirtualList(props: VirtualListProps): ReactElement {
  const { label, length, entryHeight, selected, onSelect, entry, onSight, onOpen } = props
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const { scrollTop, height } = useScroll(list)
  const from = Math.max(0, Math.floor(scrollTop / entryHeight) - beyond)
  const to = Math.min(length, Math.ceil((scrollTop + height) / entryHeight) + beyond)

  useEffect(() => onSight?.(from, to), [onSight, from, to])

  useReveal(list, selected, entryHeight)

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(height / entryHeight) - 1)
    const at = selected ?? -1
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: length - 1,
    }
    const target = targets[event.key]
    if (event.key === 'Enter' && selected !== undefined) onOpen?.(selected)
    if (target === undefined || length === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    onSelect(Math.min(Math.max(target, 0), length - 1))
  }

  return (
    <div
      ref={list}
      className="virtual-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={
        selected !== undefined && selected >= from && selected < to ? `${id}-${selected}` : undefined
      }
      onKeyDown={onKeyDown}
    >
      <div className="virtual-length" style={{ height: length * entryHeight }}>
        {Array.from({ length: Math.max(0, to - from) }, (_, at) => {
          const index = from + at
          const [content, className] = entry(index)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
            <div
              key={index}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === selected}
              aria-setsize={length}
              aria-posinset={index + 1}
              className={`virtual-entry ${className}`}
              style={{ top: index * entryHeight, height: entryHeight }}
              onClick={() => onSelect(index)}
            >
              {content}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** What of it is in sight. */
function useScroll(list: RefObject<HTMLElement | null>): { readonly scrollTop: number; readonly height: number } {
  const [place, setPlace] = useState({ scrollTop: 0, height: 400 })
  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const read = () => setPlace({ scrollTop: element.scrollTop, height: element.clientHeight })
    const sizes = new ResizeObserver(read)
    sizes.observe(element)
    element.addEventListener('scroll', read, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', read)
    }
  }, [list])
  return place
}

/** Scrolls to what is selected, where it is out of sight. */
function useReveal(list: RefObject<HTMLElement | null>, selected: number | undefined, entryHeight: number): void {
  useLayoutEffect(() => {
    const element = list.current
    if (!element || selected === undefined) return
    const top = selected * entryHeight
    const isInSight = top >= element.scrollTop && top + entryHeight <= element.scrollTop + element.clientHeight
    // Near by it moves as little as it can, so that who reads on keeps the place.
    const isNear = Math.abs(top - element.scrollTop) < 2 * element.clientHeight
    if (isInSight) return
    if (!isNear) element.scrollTop = top - element.clientHeight / 2
    else element.scrollTop = top < element.scrollTop ? top : top + entryHeight - element.clientHeight
  }, [list, selected, entryHeight])
}
