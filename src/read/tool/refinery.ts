import { byCodeUnit } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /(?:^|\/)[UV](\d+)__(\w+)\.sql$/

/** refinery: `V1__x.sql` and `U1__x.sql`, both forward, by number; one transaction each and no way out of it. */
export const refinery: Tool = {
  name: 'refinery',
  detect(project) {
    if (!project.files.some((file) => name.test(file))) return undefined
    if (project.above('refinery.toml')) return { strength: 5, because: 'refinery.toml' }
    return /\brefinery\b/.test(project.above('Cargo.toml')?.text ?? '')
      ? { strength: 4, because: 'refinery in Cargo.toml' }
      : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => name.test(file))
      .sort((a, b) => compare(numberOf(a), numberOf(b)) || byCodeUnit(a, b))
      .map((file): Unit => ({ file, kind: 'up', transaction: 'unit' })),
}

function numberOf(file: string): bigint {
  return BigInt(name.exec(file)?.[1] ?? '0')
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
