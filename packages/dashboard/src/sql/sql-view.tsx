/** Shows what one SELECT answers. */
import type { QuestionChart } from '@downlink/collector'
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react'
import { chartParameters, readChartParameters } from '../charts/chart-address.ts'
import { navigate, useAddress } from '../router.ts'
import { SqlPanel } from './sql-panel.tsx'
import './sql.css'

/** SQL in the address is filled in, and not run: a link must not ask in the name of who follows it. */
export default function SqlView(): ReactElement {
  const { parameters } = useAddress()
  const { q } = parameters
  const chart = useMemo(() => readChartParameters(parameters), [parameters])
  const own = useRef(q)
  const [given, setGiven] = useState(q)
  // Another address is another query; what is asked here only writes its own into the address.
  useEffect(() => {
    if (q === own.current) return
    own.current = q
    setGiven(q)
  }, [q])

  const ask = (sql: string, next: QuestionChart): void => {
    own.current = sql
    navigate({ view: 'sql', parameters: { q: sql, ...chartParameters(next) } }, { replace: true })
  }
  return <SqlPanel key={given} given={given} chart={chart} onAsk={ask} />
}
