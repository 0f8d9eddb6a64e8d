import { ArtifactError } from '@downlink/artifacts'
import { CollectorError } from '@downlink/collector'
import { expect, it } from 'vitest'
import { describeFault } from './fault.ts'

const style = { withStack: false, colourful: false, safe: (text: string) => text }

it('advises on an address by the reason why it could not be listened on', () => {
  const adviceOn = (code: string): string | undefined => {
    const cause = Object.assign(new Error(`listen ${code}`), { code })
    return describeFault(new CollectorError('cannot_listen', "Can't listen", { cause }), style).split('\n')[1]
  }
  expect(adviceOn('EADDRINUSE')).toContain('Stop what listens there')
  expect(adviceOn('EADDRNOTAVAIL')).toContain('--host')
  expect(adviceOn('ENOTFOUND')).toContain('--host')
  expect(adviceOn('EACCES')).toContain('1024')
  expect(adviceOn('EMFILE')).toContain('another address')
})

it('prints the code of whatever has one', () => {
  expect(describeFault(new ArtifactError('disk_full', 'There is no room'), style)).toBe(
    'error: There is no room [disk_full]\n',
  )
  expect(describeFault('thrown as text', { ...style, withStack: true })).toBe('error: thrown as text\n')
})
