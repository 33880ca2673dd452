import type { FindingJson, LintJson } from '../contract.ts'
import { reaches, type Threshold } from '../severity.ts'
import { effectLine } from './effect-line.ts'
import { printableLine } from './printable.ts'
import { xml, xmlDeclaration, xmlText } from './xml.ts'

/** JUnit's XML: a suite per migration, a test per finding; below the threshold it passes, and a migration without findings is one that passes. */
export function lintJunit(result: LintJson, files: readonly string[], threshold: Threshold): string {
  const suites = files.map((file) => suite(file, result, threshold))
  const total = (of: (one: Suite) => number) => suites.reduce((sum, one) => sum + of(one), 0)
  const attributes = {
    name: 'phasewise',
    tests: total(({ tests }) => tests),
    failures: total(({ failures }) => failures),
    errors: 0,
    skipped: total(({ skipped }) => skipped),
  }
  return `${xmlDeclaration}\n${xml(
    'testsuites',
    attributes,
    suites.map(({ xml }) => xml),
  )}\n`
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly skipped: number
  readonly xml: string
}

function suite(file: string, result: LintJson, threshold: Threshold): Suite {
  const findings = result.findings.filter((finding) => finding.file === file)
  const allowed = result.allowed.filter((finding) => finding.file === file)
  const failures = findings.filter(({ severity }) => reaches(severity, threshold)).length
  const tests = [
    ...findings.map((finding) => testOf(finding, reaches(finding.severity, threshold))),
    ...allowed.map((finding) =>
      xml('testcase', nameOf(finding), [xml('skipped', { message: `allowed: ${printableLine(finding.reason)}` })]),
    ),
  ]
  const all = tests.length > 0 ? tests : [xml('testcase', { classname: file, name: 'no findings' })]
  const counts = { tests: all.length, failures, skipped: allowed.length }
  return { ...counts, xml: xml('testsuite', { name: file, ...counts, errors: 0 }, all) }
}

function testOf(finding: FindingJson, fails: boolean): string {
  const message = printableLine(finding.message)
  const body = xmlText(detailsOf(finding))
  return xml('testcase', nameOf(finding), [
    fails
      ? xml('failure', { message, type: finding.severity }, [body])
      : xml('system-out', {}, [xmlText(`${finding.severity}: ${message}\n${detailsOf(finding)}`)]),
  ])
}

function nameOf({ file, rule, line, column }: FindingJson): Readonly<Record<string, string | number>> {
  return { classname: file, name: `${rule} at ${line}:${column}`, file, line }
}

function detailsOf({ file, line, column, sql, effects, instead }: FindingJson): string {
  const locks = effects.filter(({ existed }) => existed).map((effect) => effectLine(effect, effects))
  return [
    `${file}:${line}:${column}`,
    sql.trim(),
    ...(locks.length === 0 ? [] : [locks.join('\n')]),
    ...(instead === null ? [] : [`instead: ${instead.trim()}`]),
  ].join('\n\n')
}
