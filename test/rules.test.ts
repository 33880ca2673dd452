import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { readRuleFixture } from '../scripts/rule-fixture.ts'
import { analyze } from '../src/analyze.ts'
import { firstOfGroups } from '../src/fold.ts'
import { loadGrammar, parseSql } from '../src/grammar/parse.ts'
import type { Migration, TransactionMode } from '../src/migration.ts'
import { Lines } from '../src/span.ts'
import { codeOf } from './fixture-code.ts'

await loadGrammar()

const modes: readonly string[] = ['each', 'unit', 'run', 'string', 'pipeline'] satisfies TransactionMode[]

function isMode(text: string): text is TransactionMode {
  return modes.includes(text)
}

for (const fixture of readdirSync('fixtures/rules').filter((name) => name.endsWith('.sql'))) {
  const id = fixture.replace(/\.sql$/, '')
  describe(id, () => {
    for (const { title, files, code, postgres, transaction = 'unit', timeZone } of readRuleFixture(
      readFileSync(`fixtures/rules/${fixture}`, 'utf8'),
    )) {
      it(title, () => {
        const rule = rules.get(id)
        if (rule === undefined) throw new Error(`there is no rule ${id}`)
        if (!isMode(transaction)) throw new Error(`no such transaction mode: ${transaction}`)
        const newest = files.findLastIndex((file) => file.change === undefined)
        const migrations = files.map((file, index) => {
          const { statements, comments } = parseSql(file.sql)
          const migration = { file: file.name, text: file.sql, statements, comments, transaction, transactionAssumed: false }
          if (file.change === undefined) return migration
          const overtaken = files[index < newest ? newest : -1]?.name
          return { ...migration, change: file.change, ...(overtaken === undefined ? {} : { overtaken }) }
        })
        const isChangeSet = files.some((file) => file.change !== undefined)
        const { findings } = analyze(migrations, {
          postgres: postgres ?? 15,
          application: codeOf(code),
          rules: new Map([[id, rule]]),
          severityOf: (_rule, _hazard, certainty) =>
            certainty === 'certain' ? 'error' : certainty === 'possible' ? 'warning' : 'note',
          ...(timeZone === undefined ? {} : { timeZone }),
          ...(isChangeSet ? { reported: (migration: Migration) => migration.change !== undefined } : {}),
        })
        const lines = new Map(files.map((file) => [file.name, new Lines(file.sql)]))
        const found = firstOfGroups(findings, []).map((finding) => ({
          file: finding.file,
          line: lines.get(finding.file)?.positionOf(finding.span.start).line ?? 0,
          message: finding.message,
        }))
        const unwanted = [...found]
        const missing: string[] = []
        for (const file of files) {
          for (const want of file.wants) {
            const index = unwanted.findIndex(
              ({ file: where, line, message }) =>
                where === file.name &&
                (line === want.line || (want.alone && line === want.line - 1)) &&
                message.includes(want.text),
            )
            if (index < 0) missing.push(`${file.name}:${want.line} want "${want.text}"`)
            else unwanted.splice(index, 1)
          }
        }
        expect({ missing, unwanted: unwanted.map(({ file, line, message }) => `${file}:${line} ${message}`) }).toEqual({
          missing: [],
          unwanted: [],
        })
      })
    }
  })
}
