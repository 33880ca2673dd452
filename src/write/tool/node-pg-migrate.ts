import type { Form, Place } from '../form.ts'
import { type Part, type Script, scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** node-pg-migrate: an SQL file cannot leave the run's transaction, so what has to is JavaScript. */
export const nodePgMigrate: Form = {
  name: 'node-pg-migrate',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'apart' }),
  lay(parts, place) {
    const exporting = isModule(place) ? 'export const ' : 'exports.'
    const files = laidInSequence(parts, place, { order: 'number', separator: '_' }, (part, name) =>
      part.up.transaction && part.down.transaction
        ? [{ path: `${name}.sql`, text: `-- Up Migration\n${upText(part)}\n-- Down Migration\n${scriptText(part.down)}` }]
        : [{ path: `${name}.js`, text: code(part, exporting) }],
    )
    const note =
      'node-pg-migrate runs all pending migrations in one transaction: deploy these one at a time (`node-pg-migrate up 1`), or each holds its locks until the last is done'
    return { files, notes: [note] }
  },
}

function isModule({ project }: Place): boolean {
  return /"type"\s*:\s*"module"/.test(project.above('package.json')?.text ?? '')
}

function code({ comments, up, down }: Part, exporting: string): string {
  const head = comments.map((line) => `${line.replace(/^--/, '//')}\n`).join('')
  return `${head}${direction('up', up, exporting)}\n${direction('down', down, exporting)}`
}

function direction(name: 'up' | 'down', { transaction, comments, statements }: Script, exporting: string): string {
  const lines = [
    ...comments.map((line) => line.replace(/^--/, '//')),
    ...(transaction ? [] : ['pgm.noTransaction()']),
    ...statements.map((statement) => `pgm.sql(${literal(statement)})`),
  ]
  return `${exporting}${name} = (pgm) => {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

/** SQL as a template, so that its lines stay lines. */
function literal(sql: string): string {
  // JavaScript makes a line feed of a carriage return.
  return `\`${sql.replace(/[`\\]|\$(?=\{)/g, '\\$&').replaceAll('\r', '\\r')}\``
}
