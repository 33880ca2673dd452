import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser'
import * as v from 'valibot'
import { type Config, configDefinition } from './definition.ts'
import { didYouMean, type KnownRule, ruleHint } from './nearest.ts'

/** What is wrong with a configuration, and the offset in its text to point at. */
export interface Problem {
  readonly message: string
  readonly offset: number
}

/** Checks a parsed configuration. Unknown keys and rules are problems, and so is everything that could not be meant. */
export function validateConfig(root: Node, value: unknown, rules: ReadonlyMap<string, KnownRule>): Config | Problem {
  const list = misplacedList(root)
  if (list !== undefined) return list
  const result = v.safeParse(configDefinition([...rules.keys()]), value)
  if (result.success) return result.output
  const [first] = result.issues
  const path = (first.path ?? []).map((item) => String(item.key))
  return {
    message: sentence(first, path, rules),
    offset: offsetOf(root, path, first.type === 'strict_object' && first.expected === 'never'),
  }
}

/** An empty list passes for an object without keys where every key is optional. */
function misplacedList(root: Node): Problem | undefined {
  const overrides = findNodeAtLocation(root, ['overrides'])?.children?.length ?? 0
  const each = Array.from({ length: overrides }, (_, index) => [
    ['overrides', index],
    ['overrides', index, 'rules'],
  ]).flat()
  for (const path of [[], ['hazards'], ['rules'], ['app'], ...each]) {
    const node = findNodeAtLocation(root, path)
    if (node?.type !== 'array') continue
    const name = nameOf(path.map(String))
    return { message: `${name} must be an object, not ${shown(getNodeValue(node))}`, offset: node.offset }
  }
  return undefined
}

type Issue = v.BaseIssue<unknown>

function sentence(issue: Issue, path: readonly string[], rules: ReadonlyMap<string, KnownRule>): string {
  const key = path.at(-1) ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const parent = path.at(-2)
    if (parent === 'rules') return `unknown rule ${JSON.stringify(key)}${ruleHint(key, rules)}`
    if (parent === 'hazards') return `unknown hazard ${JSON.stringify(key)}${didYouMean(key, keysAt(path.slice(0, -1), rules))}`
    return `unknown key ${JSON.stringify(key)}${didYouMean(key, keysAt(path.slice(0, -1), rules))}`
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined')
    return `${path[0] === 'overrides' ? 'the override' : nameOf(path.slice(0, -1))} has no ${JSON.stringify(key)}`
  const name = nameOf(path)
  if (issue.type === 'picklist') {
    const options = quotedWords(issue.expected ?? '')
    const received = typeof issue.input === 'string' ? didYouMean(issue.input, options) : ''
    return `${name} must be one of ${options.join(', ')}, not ${shown(issue.input)}${received}`
  }
  return `${name} must be ${requirement(issue)}, not ${shown(issue.input)}`
}

function requirement(issue: Issue): string {
  switch (issue.type) {
    case 'string':
      return 'a string'
    case 'array':
      return 'a list'
    case 'strict_object':
      return 'an object'
    case 'non_empty':
      return 'a non-empty string'
    case 'number':
    case 'integer':
    case 'min_value':
    case 'max_value':
      return 'a whole number from 12 to 18'
    default:
      return issue.expected ?? 'something else'
  }
}

function keysAt(path: readonly string[], rules: ReadonlyMap<string, KnownRule>): readonly string[] {
  const { entries } = configDefinition([...rules.keys()])
  if (path.length === 0) return Object.keys(entries)
  if (path[0] === 'app') return Object.keys(entries.app.wrapped.pipe[0].entries)
  if (path[0] === 'hazards') return Object.keys(entries.hazards.wrapped.pipe[0].entries)
  return path[0] === 'overrides' ? Object.keys(entries.overrides.wrapped.pipe[0].item.entries) : []
}

function offsetOf(root: Node, path: readonly string[], atKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length).map(segment))
    if (node === undefined) continue
    const key = atKey && length === path.length && node.parent?.type === 'property' ? node.parent.children?.[0] : undefined
    return (key ?? node).offset
  }
  return root.offset
}

function nameOf(path: readonly string[]): string {
  return path.length > 0 ? JSON.stringify(path.map(part).join('').replace(/^\./, '')) : 'the configuration'
}

const segment = (key: string) => (/^\d+$/.test(key) ? Number(key) : key)
const part = (key: string) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)

function quotedWords(expected: string): readonly string[] {
  return [...expected.matchAll(/"([^"]*)"/g)].map((found) => found[1] ?? '')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
