/** Follows a frame in which a game or a snippet runs: what arrives from it, and how its client is. */
import type { OutboxStats } from '@downlink/client'
import { onBeforeUnmount, onMounted, type Ref, ref, shallowReactive } from 'vue'
import type { ArrivedEvent, FrameMessage, PageMessage } from '../../play/messages.ts'

/** Enough to scroll through; a game sends for as long as it is open. */
const maxShown = 100

export interface Printed {
  readonly level: 'log' | 'warn' | 'error'
  readonly text: string
}

export interface FrameState {
  /** Newest first. */
  events: readonly ArrivedEvent[]
  printed: readonly Printed[]
  /** Undefined until the client says it. */
  stats: OutboxStats | undefined
  link: string
  isNetworkUp: boolean
}

export interface Frame {
  /** To be bound to the iframe. */
  readonly element: Ref<HTMLIFrameElement | undefined>
  readonly state: FrameState
  /** For another run: forgets what came, and mends the network. */
  reset(): void
  setNetwork(isUp: boolean): void
  tell(message: PageMessage): void
}

/** @param onReady is called when the frame listens */
export function useFrame(onReady: () => void = () => {}): Frame {
  const element = ref<HTMLIFrameElement>()
  const fresh = (): FrameState => ({ events: [], printed: [], stats: undefined, link: 'idle', isNetworkUp: true })
  const state = shallowReactive(fresh())

  function onMessage({ source, data }: MessageEvent<FrameMessage>): void {
    if (!source || source !== element.value?.contentWindow) return
    switch (data.kind) {
      case 'ready':
        onReady()
        return
      case 'arrived':
        state.events = [...data.batch.events.toReversed(), ...state.events].slice(0, maxShown)
        return
      case 'stats':
        state.stats = data.stats
        state.link = data.link
        return
      case 'printed':
        state.printed = [...state.printed, { level: data.level, text: data.text }].slice(-maxShown)
    }
  }
  onMounted(() => addEventListener('message', onMessage))
  onBeforeUnmount(() => removeEventListener('message', onMessage))

  // The frame is of no origin, so no other can be named.
  const tell = (message: PageMessage): void => element.value?.contentWindow?.postMessage(message, '*')
  return {
    element,
    state,
    tell,
    reset: () => void Object.assign(state, fresh()),
    setNetwork(isUp) {
      state.isNetworkUp = isUp
      tell({ kind: 'network', up: isUp })
    },
  }
}
