/** Shows what one SELECT answers. */
import type { ReactElement } from 'react'
import { useAddress } from '../router.ts'
import { QueryPanel } from './query-panel.tsx'
import './sql.css'

/** SQL in the address is filled in, and not run: a link must not ask in the name of who follows it. */
export default function SqlView(): ReactElement {
  const { q } = useAddress().parameters
  return <QueryPanel key={q} given={q} />
}
