import type { Name as NameNode, QName } from 'pgsql-ast-parser'
import type { Name } from '../../name.ts'

export function nameOf({ schema, name }: QName): Name {
  return { schema, name }
}

export function namesOf(nodes: readonly NameNode[] | null | undefined): readonly string[] {
  return (nodes ?? []).map(({ name }) => name)
}

/** A role: `public` is everyone, in quotes or not (gram.y of PostgreSQL 18, RoleSpec). */
export function roleOf({ name }: NameNode): string {
  return name === 'public' ? 'PUBLIC' : name
}
