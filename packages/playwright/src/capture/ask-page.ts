/** Asks a page for its inspector export, and comes back in time with what there is, or with why there is nothing. */
import { withTimeout } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import type { Frame, Page } from '@playwright/test'
import type { CaptureFailureCode } from '../errors.ts'
import { callExport, type PageExportAnswer, type PageExportRequest } from '../page-scripts.ts'
import { type PageExport, readExport } from './read-export.ts'

type FramePort = Pick<Frame, 'evaluate' | 'waitForLoadState'>

export interface PagePort extends Pick<Page, 'isClosed'> {
  /** The main frame first. */
  frames(): readonly FramePort[]
}

export type AskResult =
  | { readonly ok: true; readonly value: PageExport }
  | { readonly ok: false; readonly code: CaptureFailureCode; readonly message: string }

/** A page that goes elsewhere is asked again where it arrives, so often. */
const maxAttempts = 3

/** Never rejects. A page whose main frame has no inspector may have a game in another. */
export async function askPage(page: PagePort, request: PageExportRequest, timeoutMs: number): Promise<AskResult> {
  return withTimeout(
    () => askFrames(page, request),
    timeoutMs,
    (): AskResult => {
      const why = 'its export hangs, its main thread is busy, or a dialog is open'
      return { ok: false, code: 'export_timeout', message: `The page did not answer within ${timeoutMs} ms: ${why}` }
    },
  )
}

async function askFrames(page: PagePort, request: PageExportRequest): Promise<AskResult> {
  let first: AskResult | undefined
  for (const frame of page.frames()) {
    const asked = await askFrame(page, frame, request, maxAttempts)
    if (asked.ok || asked.code !== 'no_inspector') return asked
    first ??= asked
  }
  return first ?? { ok: false, code: 'page_closed', message: 'The page has no frame' }
}

async function askFrame(
  page: PagePort,
  frame: FramePort,
  request: PageExportRequest,
  attempts: number,
): Promise<AskResult> {
  try {
    return resultOf(await frame.evaluate(callExport, request))
  } catch (error) {
    const failure = captureFailure(page, error)
    if (failure.code !== 'page_navigated' || attempts === 1) return failure
    await frame.waitForLoadState().catch(() => {})
    return askFrame(page, frame, request, attempts - 1)
  }
}

function resultOf(answer: PageExportAnswer): AskResult {
  switch (answer.kind) {
    case 'absent':
      return {
        ok: false,
        code: 'no_inspector',
        message: 'The page has no `globalThis.downlink.exportInspectorSummary`',
      }
    case 'threw':
      return { ok: false, code: 'export_failed', message: `The page's export threw: ${answer.message}` }
    case 'exported':
      return { ok: true, value: readExport(answer.value) }
  }
}

/** Playwright has one class for all of these, and no codes. */
const kinds: readonly (readonly [CaptureFailureCode, RegExp])[] = [
  ['page_crashed', /crashed/i],
  ['page_closed', /\bclosed\b/i],
  ['page_navigated', /context was destroyed|cannot find context|navigat|detached/i],
]

function captureFailure(page: PagePort, error: unknown): AskResult & { readonly ok: false } {
  const message = messageOf(error)
  const code =
    kinds.find(([, pattern]) => pattern.test(message))?.[0] ?? (page.isClosed() ? 'page_closed' : 'export_failed')
  return { ok: false, code, message }
}
