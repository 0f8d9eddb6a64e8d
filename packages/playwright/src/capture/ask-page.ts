/** Asks a page for its inspector export, and comes back in time with what there is, or with why there is nothing. */
import type { Page } from '@playwright/test'
import { callExport, type PageExportAnswer, type PageExportRequest } from '../environment.ts'
import type { CaptureFailureCode } from '../errors.ts'
import { type PageExport, readExport } from './read-export.ts'

export type PagePort = Pick<Page, 'evaluate' | 'isClosed' | 'waitForLoadState'>

export type Asked =
  | { readonly ok: true; readonly value: PageExport }
  | { readonly ok: false; readonly code: CaptureFailureCode; readonly message: string }

/** A page that goes elsewhere is asked again where it arrives, so often. */
const maxAttempts = 3

export async function askPage(page: PagePort, request: PageExportRequest, timeoutMs: number): Promise<Asked> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Asked>((resolve) => {
    const message = `The page did not answer within ${timeoutMs} ms`
    timer = setTimeout(() => resolve({ ok: false, code: 'export_timeout', message }), timeoutMs)
  })
  try {
    return await Promise.race([ask(page, request, maxAttempts), late])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(page: PagePort, request: PageExportRequest, attempts: number): Promise<Asked> {
  try {
    return judge(await page.evaluate(callExport, request))
  } catch (error) {
    const failure = failureOf(page, error)
    if (failure.code !== 'page_navigated' || attempts === 1) return failure
    await page.waitForLoadState().catch(() => {})
    return ask(page, request, attempts - 1)
  }
}

function judge(answer: PageExportAnswer): Asked {
  switch (answer.kind) {
    case 'absent':
      return {
        ok: false,
        code: 'no_inspector',
        message: 'The page has no `globalThis.downlink.exportInspectorSummary`',
      }
    case 'threw':
      return { ok: false, code: 'export_failed', message: `The page's export threw: ${answer.message}` }
    case 'exported': {
      const read = readExport(answer.value)
      return read.ok ? read : { ok: false, code: 'bad_export', message: read.fault }
    }
  }
}

/** Playwright has one class for all of these, and no codes. */
const kinds: readonly (readonly [CaptureFailureCode, RegExp])[] = [
  ['page_crashed', /crashed/i],
  ['page_closed', /\bclosed\b/i],
  ['page_navigated', /context was destroyed|cannot find context|navigat|detached/i],
]

function failureOf(page: PagePort, error: unknown): Asked & { readonly ok: false } {
  const message = error instanceof Error ? error.message : String(error)
  const code =
    kinds.find(([, pattern]) => pattern.test(message))?.[0] ?? (page.isClosed() ? 'page_closed' : 'export_failed')
  return { ok: false, code, message }
}
