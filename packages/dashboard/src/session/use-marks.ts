/** Works out what a timeline shows of all events at once: its rows, what came late, and what never came. */
import { useMemo } from 'react'
import { formatSpan } from '../format.ts'
import { useHues } from '../hues.ts'
import { gapsOf } from './absences.ts'
import { delaysOf } from './delays.ts'
import type { TimelineModel } from './draw-timeline.ts'
import type { Recorded } from './recording.ts'
import { timelineRows } from './timeline-rows.ts'

export type Marks = Pick<TimelineModel, 'rows' | 'gaps' | 'delays' | 'rejected' | 'frames'>

export function useMarks({ columns, version, ledger, progress, rejections, frames }: Recorded): Marks {
  const { pushed } = ledger
  const hues = useHues()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the columns hold changes with the version
  return useMemo(() => {
    // Before all events are there, what is behind the last one is no gap.
    const end = progress === 'whole' ? pushed : columns.seqAt(columns.length - 1)
    const gaps = gapsOf(columns, rejections, end)
    const delays = delaysOf(columns)
    const counts = {
      rejected: rejections.length,
      gaps: gaps.reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0),
      delays: delays.length,
      longestDelay: formatSpan(delays.reduce((longest, { longestMs }) => Math.max(longest, longestMs), 0)),
      frames: frames && {
        label: `${frames.measure.type}.${frames.measure.key}`,
        note: `up to ${Math.round(frames.longestMs)} ms`,
      },
    }
    return {
      rows: timelineRows(columns, counts, hues),
      gaps,
      delays,
      rejected: rejections.map(({ seq }) => columns.placeOf(seq)),
      frames,
    }
  }, [columns, version, pushed, progress, rejections, frames, hues])
}
