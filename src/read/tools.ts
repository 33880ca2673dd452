import { Failure } from '../failure.ts'
import type { Project } from './project.ts'
import { atlas } from './tool/atlas.ts'
import { dbmate } from './tool/dbmate.ts'
import { diesel } from './tool/diesel.ts'
import { drizzle } from './tool/drizzle.ts'
import { flyway } from './tool/flyway.ts'
import { golangMigrate } from './tool/golang-migrate.ts'
import { goose } from './tool/goose.ts'
import { graphileMigrate } from './tool/graphile-migrate.ts'
import { liquibase } from './tool/liquibase.ts'
import { nodePgMigrate } from './tool/node-pg-migrate.ts'
import { plain } from './tool/plain.ts'
import { pop } from './tool/pop.ts'
import { prisma } from './tool/prisma.ts'
import { refinery } from './tool/refinery.ts'
import { sqitch } from './tool/sqitch.ts'
import { sqlMigrate } from './tool/sql-migrate.ts'
import { sqlx } from './tool/sqlx.ts'
import { supabase } from './tool/supabase.ts'
import type { Sign, Tool } from './tool.ts'

/** Every tool that is known, plain SQL last. */
export const tools: readonly Tool[] = [
  atlas,
  dbmate,
  diesel,
  drizzle,
  flyway,
  golangMigrate,
  goose,
  graphileMigrate,
  liquibase,
  nodePgMigrate,
  pop,
  prisma,
  refinery,
  sqitch,
  sqlMigrate,
  sqlx,
  supabase,
  plain,
]

/** Throws a Failure for a name that is no tool's. */
export function toolNamed(name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name)
  if (tool === undefined) throw new Failure(`unknown tool "${name}"; known: ${tools.map((known) => known.name).join(', ')}`)
  return tool
}

/** The tool whose sign is the most telling. Throws a Failure where two are as telling as each other: they differ in what runs in one transaction. */
export function detectTool(project: Project, shown: string): { readonly tool: Tool; readonly sign: Sign } | undefined {
  const found = tools.flatMap((tool) => {
    const sign = tool.detect(project)
    return sign === undefined ? [] : [{ tool, sign }]
  })
  const strongest = Math.max(0, ...found.map(({ sign }) => sign.strength))
  const [best, ...rivals] = found.filter(({ sign }) => sign.strength === strongest)
  const rival = rivals.find(({ tool }) => tool !== plain)
  if (best && rival && best.tool !== plain && strongest > 1) {
    throw new Failure(
      `${shown}: ${best.tool.name} (${best.sign.because}) or ${rival.tool.name} (${rival.sign.because})? They run migrations differently: say which with --tool`,
    )
  }
  return best
}
