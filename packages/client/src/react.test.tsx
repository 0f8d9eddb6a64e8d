// @vitest-environment jsdom
import { act, type ReactNode, StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, it } from 'vitest'
import { TelemetryConnector, useTelemetry } from './react.ts'
import { createTestTelemetry, pushMany } from './test-doubles.ts'

;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true

const unmounts: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const unmount of unmounts.splice(0)) await unmount()
})

async function mount(element: ReactNode) {
  const container = document.createElement('div')
  const root = createRoot(container)
  unmounts.push(() => act(async () => root.unmount()))
  await act(async () => root.render(element))
  return { container, render: (next: ReactNode) => act(async () => root.render(next)) }
}

function Hud(): ReactNode {
  const { status, stats } = useTelemetry()
  return `${status.status} ${stats.pushed}`
}

it('is one socket in strict mode, and none after', async () => {
  const { world, telemetry } = createTestTelemetry()
  const { render } = await mount(
    <StrictMode>
      <TelemetryConnector telemetry={telemetry} />
    </StrictMode>,
  )
  await act(() => world.advance(100))
  expect([world.sockets.length, world.listeners]).toEqual([1, 1])
  await render(null)
  expect([telemetry.status().status, world.socket.closedWith, world.listeners]).toEqual(['idle', 1000, 0])
})

it('is one socket through ten changes of settings', async () => {
  const { world, telemetry } = createTestTelemetry()
  const { render } = await mount(<TelemetryConnector telemetry={telemetry} enabled />)
  await act(() => world.advance(100))
  for (let change = 0; change < 10; change++) {
    await render(
      <TelemetryConnector telemetry={telemetry} enabled>
        {change}
      </TelemetryConnector>,
    )
  }
  await act(() => world.advance(1000))
  expect(world.sockets).toHaveLength(1)
})

it('follows the player’s toggle', async () => {
  const { world, telemetry } = createTestTelemetry()
  const { render } = await mount(<TelemetryConnector telemetry={telemetry} enabled={false} />)
  await act(() => world.advance(100))
  expect([telemetry.enabled, world.sockets.length]).toEqual([false, 0])
  await render(<TelemetryConnector telemetry={telemetry} enabled={true} />)
  await act(() => world.advance(100))
  expect([telemetry.enabled, world.sockets.length]).toEqual([true, 1])
})

it('sends nothing that a child has pushed before the player’s no came', async () => {
  const { world, telemetry } = createTestTelemetry()
  function Child(): ReactNode {
    useEffect(() => pushMany(telemetry, 1), [])
    return null
  }
  await mount(
    <TelemetryConnector telemetry={telemetry} enabled={false}>
      <Child />
    </TelemetryConnector>,
  )
  await act(() => world.advance(60_000))
  expect([telemetry.recent(9), telemetry.buffer.length, world.sockets]).toEqual([[], 0, []])
})

it('does not lift the operator’s flag', async () => {
  const { world, telemetry } = createTestTelemetry({ environment: { readConfig: () => ({ enabled: false }) } })
  await mount(<TelemetryConnector telemetry={telemetry} enabled />)
  pushMany(telemetry, 60)
  await act(() => world.advance(60_000))
  expect([telemetry.enabled, telemetry.status().status, telemetry.stats().pushed, world.sockets]).toEqual([
    false,
    'disabled',
    0,
    [],
  ])
})

it('renders with each change', async () => {
  const { world, telemetry } = createTestTelemetry()
  const { container } = await mount(
    <TelemetryConnector telemetry={telemetry}>
      <Hud />
    </TelemetryConnector>,
  )
  await act(() => world.advance(100))
  expect(container.textContent).toBe('connecting 0')
  pushMany(telemetry, 3)
  world.socket.welcome()
  await act(() => world.advance(100))
  expect(container.textContent).toBe('open 3')
})

it('misses nothing that happens between its first render and its subscription', async () => {
  const { telemetry } = createTestTelemetry()
  function Eager(): ReactNode {
    const { stats } = useTelemetry(telemetry)
    if (telemetry.stats().pushed === 0) pushMany(telemetry, 1)
    return stats.pushed
  }
  const { container } = await mount(<Eager />)
  expect(container.textContent).toBe('1')
})

it('shows another telemetry at once', async () => {
  const [one, other] = [createTestTelemetry(), createTestTelemetry()]
  pushMany(other.telemetry, 2)
  function Count({ of }: { readonly of: typeof one.telemetry }): ReactNode {
    return useTelemetry(of).stats.pushed
  }
  const { container, render } = await mount(<Count of={one.telemetry} />)
  await render(<Count of={other.telemetry} />)
  expect(container.textContent).toBe('2')
})

it('renders on a server', () => {
  const { telemetry } = createTestTelemetry()
  expect(
    renderToString(
      <TelemetryConnector telemetry={telemetry}>
        <Hud />
      </TelemetryConnector>,
    ),
  ).toBe('idle 0')
})

it('says what is missing', () => {
  expect(() => renderToString(<Hud />)).toThrow('Expected a <TelemetryConnector> above useTelemetry()')
})
