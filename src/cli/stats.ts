import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import type { Terminal } from './terminal.ts'

/** `phasewise stats --database-url …`: table sizes, for `--stats`. */
export function addStats(program: Command, terminal: Terminal): void {
  program
    .command('stats')
    .description("write the sizes of a server's tables, for lint --stats; one read-only query")
    .requiredOption('--database-url <url>', 'the server to ask; not kept')
    .option('--output <file>', 'where to write; standard output by default')
    .action(async ({ databaseUrl, output }: { readonly databaseUrl: string; readonly output?: string }) => {
      const { readServerSizes } = await import('../trace/stats.ts')
      const tables = await readServerSizes(databaseUrl)
      const text = `${JSON.stringify({ version: 1, tables }, undefined, 2)}\n`
      if (output === undefined) {
        terminal.out.write(text)
        return
      }
      try {
        writeFileSync(resolve(terminal.cwd, output), text)
      } catch (error) {
        throw new Failure(`${output}: ${error instanceof Error ? error.message : String(error)}`)
      }
      terminal.out.write(`${output}: sizes of ${Object.keys(tables).length} tables\n`)
    })
}
