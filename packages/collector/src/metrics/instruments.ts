/** Registers metrics that are read where they are kept, each time that they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client'

export interface Instruments {
  /** Counts by a label. */
  counter(name: string, help: string, label: string, read: () => ReadonlyMap<string, number>): void
  total(name: string, help: string, read: () => number): void
  gauge(name: string, help: string, read: () => number): void
}

export function createInstruments(registers: Registry[]): Instruments {
  return { counter, total, gauge }

  function counter(name: string, help: string, label: string, read: () => ReadonlyMap<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [key, value] of read()) this.inc({ [label]: key }, value)
      },
    })
  }

  function total(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
}
