/** What `downlink export` and the process that plays its game say to each other. */
import type { ExportFlags } from './settings.ts'
import type { ExportSummary, SummaryArtifact } from './summary.ts'

export type ToPlayer =
  | { readonly at: 'begin'; readonly flags: ExportFlags; readonly argv: readonly string[]; readonly terminal: Terminal }
  /** A text is out, or why it is not. */
  | {
      readonly at: 'printed'
      readonly id: number
      readonly fault?: { readonly message: string; readonly code?: string }
    }

export type FromPlayer =
  /** For stderr, and safe. */
  | { readonly at: 'tell'; readonly text: string }
  /** For stdout. */
  | { readonly at: 'print'; readonly id: number; readonly text: string }
  /** A file is there, whatever becomes of the export. */
  | { readonly at: 'written'; readonly artifact: SummaryArtifact }
  | { readonly at: 'ended'; readonly summary: ExportSummary }

/** What the player can't see for itself: its own streams are pipes. */
export interface Terminal {
  readonly isTTY: boolean
  readonly columns: number | undefined
}
