import type { Command, Kind, Operation } from '../operation.ts'

/**
 * ALTER TABLE runs its commands in passes, not as written (ATRewriteCatalogs, AT_PASS_* in tablecmds.c; tried on 15 and 18): what drops
 * comes first, then types, new columns, NOT NULL, keys, other constraints and defaults, and the rest last, each as written.
 */
const passes: { readonly [K in Kind]?: number | ((operation: Operation<K>) => number) } = {
  DropColumn: 0,
  DropConstraint: 0,
  DropNotNull: 0,
  DropDefault: 0,
  DropExpression: 0,
  DropIdentity: 0,
  AlterColumnType: 1,
  AddColumn: 2,
  SetExpression: 3,
  SetNotNull: 4,
  AddConstraint: ({ constraint }) =>
    constraint.kind === 'primary key' || constraint.kind === 'unique' || constraint.kind === 'exclude' ? 5 : 6,
  SetDefault: 6,
  AddIdentity: 6,
  SetIdentity: 7,
  SetStatistics: 7,
  SetColumnOptions: 7,
  SetStorage: 7,
  SetCompression: 7,
  SetForeignOptions: 7,
  AlterConstraint: 7,
  ValidateConstraint: 7,
  Inherit: 7,
  NoInherit: 7,
  OfType: 7,
  NotOfType: 7,
  SetTableOwner: 7,
  SetLogged: 7,
  SetTablespace: 7,
  SetAccessMethod: 7,
  SetTableOptions: 7,
  ClusterOn: 7,
  SetWithoutCluster: 7,
  SetWithoutOids: 7,
  ReplicaIdentity: 7,
  SetTrigger: 7,
  SetRule: 7,
  SetRowSecurity: 7,
}

function passOf<K extends Kind>(operation: Operation<K>): number | undefined {
  const pass = passes[operation.kind as K]
  return typeof pass === 'function' ? pass(operation) : pass
}

/** The commands of a statement in the order in which the server runs them. */
export function inPasses(commands: readonly Command[]): readonly Command[] {
  if (commands.length < 2) return commands
  const known = commands.flatMap((command) => {
    const pass = passOf(command.operation)
    return pass === undefined ? [] : [{ command, pass }]
  })
  if (known.length < commands.length) return commands
  return known.sort((a, b) => a.pass - b.pass).map(({ command }) => command)
}
