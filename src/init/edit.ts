import { hookCommand, indented, lefthookBlock, lefthookCommand, plainHook, preCommitItem, type Setting } from './text.ts'

/** What becomes of one file. */
export type Edit =
  | { readonly kind: 'create' | 'extend'; readonly text: string; readonly executable?: true }
  | { readonly kind: 'present' }
  /** It is not clear where the lines belong: the user puts them there. */
  | { readonly kind: 'paste'; readonly lines: string }

type Editor = (before: string | undefined, setting: Setting, version: string) => Edit

/** .pre-commit-config.yaml: one more item in the list `repos`, indented like the others, comments kept. */
export const preCommitConfig: Editor = (before, setting, version) => {
  const item = preCommitItem(setting, version)
  if (before === undefined || before.trim() === '') return { kind: 'create', text: `repos:\n${indented(item, '  ')}` }
  if (isNamed(before)) return { kind: 'present' }
  const lines = linesOf(before)
  const start = lines.findIndex((line) => /^repos:\s*(?:#.*)?$/.test(line))
  const indentation = lines.slice(start + 1).flatMap((line) => /^( *)- +repo:/.exec(line)?.[1] ?? [])[0]
  if (start < 0 || indentation === undefined) return { kind: 'paste', lines: item }
  return { kind: 'extend', text: insertAfter(lines, endOfBlock(lines, start, indentation.length), indented(item, indentation)) }
}

/** .husky/pre-commit: one more line. */
export const huskyHook: Editor = (before, setting) => {
  const line = `${hookCommand(setting)}\n`
  if (before === undefined || before.trim() === '') return { kind: 'create', text: line, executable: true }
  if (isNamed(before)) return { kind: 'present' }
  // What stands behind an exec or an exit is never reached.
  if (/^\s*(?:exec|exit)\b/m.test(before)) return { kind: 'paste', lines: line }
  return { kind: 'extend', text: `${before.replace(/\n?$/, '\n')}${line}` }
}

/** lefthook.yml: one more command of its pre-commit hook. */
export const lefthook: Editor = (before, setting) => {
  if (before === undefined || before.trim() === '') return { kind: 'create', text: lefthookBlock(setting) }
  if (isNamed(before)) return { kind: 'present' }
  const lines = linesOf(before)
  const hook = lines.findIndex((line) => /^pre-commit:/.test(line))
  if (hook < 0) return { kind: 'extend', text: `${before.replace(/\n*$/, '\n\n')}${lefthookBlock(setting)}` }
  const end = endOfBlock(lines, hook, 1)
  const commands = lines.findIndex((line, index) => index > hook && index <= end && /^ +commands:\s*(?:#.*)?$/.test(line))
  const first = lines.slice(commands + 1, end + 1).flatMap((line) => /^( +)[\w"'-]/.exec(line)?.[1] ?? [])[0]
  if (commands < 0 || first === undefined) return { kind: 'paste', lines: lefthookCommand(setting) }
  return {
    kind: 'extend',
    text: insertAfter(lines, endOfBlock(lines, commands, first.length), indented(lefthookCommand(setting), first)),
  }
}

/** A hook of plain git: there is one file for it, which may be somebody's. */
export const gitHook: Editor = (before, setting) => {
  if (before === undefined || before.trim() === '') return { kind: 'create', text: plainHook(setting), executable: true }
  return isNamed(before) ? { kind: 'present' } : { kind: 'paste', lines: `${hookCommand(setting)} || exit 1\n` }
}

function isNamed(text: string): boolean {
  return /^[^#\n]*\bphasewise\b/m.test(text)
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split(/\n/)
}

/** The last line of a block whose content is indented by at least so many blanks; blank lines and comments at its end are not its. */
function endOfBlock(lines: readonly string[], start: number, indentation: number): number {
  let end = start
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const isItem = indentation === 0 && /^-/.test(line)
    if (!isItem && (/^ */.exec(line)?.[0].length ?? 0) < Math.max(indentation, 1)) break
    end = index
  }
  return end
}

function insertAfter(lines: readonly string[], index: number, text: string): string {
  return `${[...lines.slice(0, index + 1), text.replace(/\n$/, ''), ...lines.slice(index + 1)].join('\n')}\n`
}
