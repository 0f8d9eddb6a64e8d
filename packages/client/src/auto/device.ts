/** Describes the device, in labels of the session: on what it stutters. Nothing of it names who plays. */
import type { PageScope } from './environment.ts'
import { guarded } from './guarded.ts'
import type { Part } from './instrument.ts'

/** The labels `cores`, `memory` (GB), `screen`, `pixelRatio`, `language`, `platform`, and, a little later, `gpu`. */
export function device(): Part {
  /** Asking for the GPU takes some milliseconds, and waits until the page has them; at most so long. */
  const gpuTimeoutMs = 5000
  return ({ telemetry, scope }) => {
    const { navigator = {}, screen, devicePixelRatio } = scope
    const { hardwareConcurrency, deviceMemory, language, platform } = navigator as NavigatorFacts
    const tell = (facts: Readonly<Record<string, string | number | undefined>>): void => {
      for (const name in facts) {
        // What this browser does not tell takes nothing away that the game says.
        if (facts[name]) telemetry.setLabels({ [name]: `${facts[name]}` })
      }
    }
    tell({
      cores: hardwareConcurrency,
      memory: deviceMemory,
      screen: screen && `${screen.width}x${screen.height}`,
      pixelRatio: devicePixelRatio,
      language,
      platform,
    })
    const askGpu = guarded(() => telemetry.enabled && tell({ gpu: gpuOf(scope) }))
    if (scope.requestIdleCallback) scope.requestIdleCallback(askGpu, { timeout: gpuTimeoutMs })
    else scope.setTimeout?.(askGpu, gpuTimeoutMs)
  }
}

/** What some browsers tell; the others leave it out. */
interface NavigatorFacts {
  readonly hardwareConcurrency?: number
  readonly deviceMemory?: number
  readonly language?: string
  readonly platform?: string
}

/** As WebGL names it, on a context of our own, which is given back at once: a page has few of them. */
function gpuOf({ document }: PageScope): string | undefined {
  const context = document?.createElement('canvas').getContext('webgl')
  if (!context) return undefined
  let name: string = context.getParameter(context.RENDERER)
  // Chrome and Safari tell by an extension alone, of which Firefox warns in its console.
  const unmasked = /^WebKit/.test(name) && context.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
  if (unmasked) name = context.getParameter(unmasked)
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return name
}
