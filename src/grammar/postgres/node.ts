import type { Node } from 'libpg-query'

/** Names of libpg_query's node types: the single key of a wrapped node. */
export type NodeKind = Node extends infer N ? (N extends unknown ? keyof N : never) : never

/** What a node of one kind holds. */
export type Body<K extends NodeKind> = Extract<Node, { readonly [P in K]: unknown }>[K]

/** A node seen from outside: at most one of all the keys is there. */
type AnyNode = { readonly [K in NodeKind]?: Body<K> }

/** The body of a node if it is of the kind asked for. */
export function bodyOf<K extends NodeKind>(node: Node | undefined, kind: K): Body<K> | undefined {
  const any: AnyNode = node ?? {}
  return any[kind]
}

/** The bodies of those nodes of a list that are of one kind; a list node counts as its items. */
export function bodiesOf<K extends NodeKind>(nodes: readonly Node[] | undefined, kind: K): readonly Body<K>[] {
  return (nodes ?? []).flatMap((node) => bodyOf(node, kind) ?? [])
}

/** The strings of a list of String nodes: a qualified name, column names, enum labels. */
export function stringsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return bodiesOf(nodes, 'String').map((string) => string.sval ?? '')
}

/** Whether a value of the tree is a wrapped node, `{ "ColumnRef": { … } }`; fields of fixed type stand unwrapped. */
export function isNode(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null) return false
  const keys = Object.keys(value)
  return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '')
}
