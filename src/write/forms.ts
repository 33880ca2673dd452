import { Failure } from '../failure.ts'
import type { Form } from './form.ts'
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

const forms: readonly Form[] = [
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
  plain,
  pop,
  prisma,
  refinery,
  sqitch,
  sqlMigrate,
  sqlx,
  supabase,
]

/** Throws a Failure for a tool whose files are not written, such as what another program prints. */
export function formNamed(tool: string): Form {
  const form = forms.find(({ name }) => name === tool)
  if (form === undefined) throw new Failure(`no plan is written as files of "${tool}"`)
  return form
}
