import { relative, resolve, sep } from 'node:path'
import type { LintJson, LocksJson } from '../contract.ts'

/** GitHub knows files by their path in the repository; the analyzer shows them as the working directory sees them. */
export function fromTop(file: string, cwd: string, top: string): string {
  return relative(top, resolve(cwd, file)).split(sep).join('/')
}

export function lintFromTop(result: LintJson, cwd: string, top: string): LintJson {
  const moved = <Item extends { readonly file: string }>(item: Item): Item => ({ ...item, file: fromTop(item.file, cwd, top) })
  return {
    ...result,
    findings: result.findings.map(moved),
    allowed: result.allowed.map(moved),
    phases: result.phases.map(moved),
  }
}

export function locksFromTop(result: LocksJson, cwd: string, top: string): LocksJson {
  return { ...result, statements: result.statements.map((one) => ({ ...one, file: fromTop(one.file, cwd, top) })) }
}
