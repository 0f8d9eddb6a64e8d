/** Lets somebody lay an image of the level under a heat map. It is read here and sent nowhere. */
import { messageOf } from '@downlink/protocol'
import { type ReactElement, type ReactNode, useRef, useState } from 'react'
import { Field } from '../parts/field.tsx'
import type { Squares } from './chart-points.ts'
import { type Extent, extentOf } from './heat-map.tsx'

interface LevelImageProps {
  readonly map: Squares
  readonly children: (image: ImageBitmap | undefined, extent: Extent | undefined) => ReactNode
}

const edges = [
  ['left', 'Left'],
  ['top', 'Top'],
  ['right', 'Right'],
  ['bottom', 'Bottom'],
] as const

export function LevelImage({ map, children }: LevelImageProps): ReactElement {
  const [image, setImage] = useState<ImageBitmap>()
  const [extent, setExtent] = useState<Extent>()
  const [fault, setFault] = useState('')
  const picked = useRef<File>(undefined)

  async function pick(file: File | undefined): Promise<void> {
    picked.current = file
    setFault('')
    setImage(undefined)
    if (!file) return
    try {
      // Not by its address: the page's policy knows no image but its own.
      const bitmap = await createImageBitmap(file)
      // A smaller one that was picked after it is there already.
      if (picked.current !== file) return
      setImage(bitmap)
      setExtent((before) => before ?? extentOf(map))
    } catch (error) {
      if (picked.current === file) setFault(`This is no image that the browser reads: ${messageOf(error)}`)
    }
  }

  return (
    <div className="level">
      {children(image, image && extent)}
      <div className="bar level-controls">
        <Field label="Image of the level">
          <input type="file" accept="image/*" onChange={({ target }) => void pick(target.files?.[0])} />
        </Field>
        {image &&
          extent &&
          edges.map(([edge, title]) => (
            <Field key={edge} label={title}>
              <input
                type="number"
                step="any"
                className="edge"
                defaultValue={extent[edge]}
                onChange={({ target }) => setExtent(moved(extent, edge, target.valueAsNumber))}
              />
            </Field>
          ))}
        <p className={fault ? 'fault' : 'quiet'} role={fault ? 'alert' : undefined}>
          {fault || (image ? 'Its edges, in the units of the game.' : 'It stays in this page, and is sent nowhere.')}
        </p>
      </div>
    </div>
  )
}

/** An image has some width and some height. */
function moved(extent: Extent, edge: keyof Extent, to: number): Extent {
  const next = { ...extent, [edge]: to }
  return next.left < next.right && next.top < next.bottom ? next : extent
}
