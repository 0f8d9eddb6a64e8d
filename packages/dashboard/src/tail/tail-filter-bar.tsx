/** Lets somebody pick what the tail shows. The address has it, so that a link shows the same to a colleague. */
import type { ReactElement } from 'react'
import { Field } from '../parts/field.tsx'
import { Segmented } from '../parts/segmented.tsx'
import { navigate } from '../router.ts'
import { filterNames, type TailFilter } from './tail-filter.ts'

const titles: Readonly<Record<(typeof filterNames)[number], string>> = {
  type: 'Type',
  session: 'Session',
  build: 'Build',
  label: 'Label',
  text: 'Text',
}

const hints: Partial<Record<(typeof filterNames)[number], string>> = { label: 'player=…' }

export function TailFilterBar({ filter }: { readonly filter: TailFilter }): ReactElement {
  const set = (name: string, value: string): void =>
    navigate((now) => ({ ...now, parameters: { ...now.parameters, [name]: value } }), { replace: true })
  return (
    <search className="filters">
      {filterNames.map((name) => (
        <Field key={name} label={titles[name]}>
          <input
            type="search"
            value={filter[name]}
            placeholder={hints[name]}
            onChange={(event) => set(name, event.target.value)}
          />
        </Field>
      ))}
      <Segmented
        label="Show"
        value={filter.kind}
        options={[
          { value: 'all', text: 'All' },
          { value: 'rejected', text: 'Rejected' },
        ]}
        onChange={(kind) => set('kind', kind === 'all' ? '' : kind)}
      />
    </search>
  )
}
