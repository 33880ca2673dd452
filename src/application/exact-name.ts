import type { CodeText } from './code-text.ts'
import { prismaBlockOf } from './prisma.ts'
import { wordsOf } from './spelling.ts'

/** Things that code reaches by the very name they have in the database, within SQL or in strings. */
export type ExactThing = 'function' | 'type' | 'sequence' | 'schema' | 'constraint'

const qualifier = '(?:["`]?\\w+["`]?\\s*\\.\\s*)?["`]?$'
const castBefore = new RegExp(`::\\s*${qualifier}|\\bcast\\s*\\(.*\\bas\\s+${qualifier}`, 'i')
/** `Status::open` is a path where the language has such. */
const pathBefore = /[\p{L}\d_]::\s*$/u
const pathLanguages = /\.(?:rs|rb|php|c|cc|cpp|h|hpp|cs|pl|pm|hs|ex|exs)$/
const enumBefore = /enum\w*\s*\(\s*["'`]$|\benum\b.*\bname\s*[:=]\s*["'`]$/i
const numberBefore =
  /\b(?:nextval|currval|setval|sequence\w*)\s*(?:[(:=]\s*)?(?:name\s*[:=]\s*)?["'`]{0,2}(?:\w+["`]?\s*\.\s*)?["`]?$/i
const schemaBefore =
  /\b\w*schemas?["'`]?\s*(?:[:=(]|=>)\s*(?:\[[^\]]*)?["'`]$|\bsearch_path\b["'`]?\s*(?:=|\bto\b|[:,])\s*[\w"'`,\s]*$|\bschema\s+["`]?$/i
const qualifiedBefore =
  /\b(?:from|join|into|update|table|only|call|execute|perform|select|references|truncate|nextval|regclass)\s*[('"`]*$|::\s*["`]?$/i
const calledBefore = /\b(?:select|call|execute|perform|from|join|lateral)\s+(?:["`]?\w+["`]?\s*\.\s*)?["`]?$/i
const namedBefore = /\b(?:rpc|fn|callproc|call|procedure)\s*[(:=]\s*["'`](?:\w+\.)?$|\bfunc\.$/i
const ownBefore = /(?:\b(?:def|function|func|fun|fn|async|void|await|return)\s+|\.)$/
const statementBefore = /["'`][^"'`]*\b(?:select|where|set|values|returning|having|by|on|and|or)\b[^"'`]*$/i
const conflictBefore =
  /\bon\s+conflict\s+on\s+constraint\s+["`]?$|(?:\boc|\bonConflict\([^)]*\)|\bconflict)\s*\.\s*constraint\(\s*["'`]$|\bon_conflict_do_\w+\(.*\bconstraint\s*=\s*["']$/i

/** What a place tells of a function, type, sequence, schema or constraint: `plain` where the statement needs it; a constraint's name alone is for telling errors apart. */
export function ofExactName(
  file: string,
  code: CodeText,
  match: { readonly index: number; readonly 0: string },
  thing: ExactThing,
): 'plain' | 'near' | 'lonely' | undefined {
  const word = match[0]
  const { before, after } = code.around(match.index, word.length)
  if (code.isPrisma) {
    const declares = /^\s*enum\s+$/.test(before) || /@@map\(\s*(?:name:\s*)?"$/.test(before)
    if (thing === 'schema') return /@@schema\(\s*"$|^\s*schemas\s*=\s*\[[^\]]*"$/.test(before) ? 'plain' : undefined
    return thing === 'type' && declares && prismaBlockOf(code.text, match.index)?.table === word ? 'plain' : undefined
  }
  switch (thing) {
    case 'function': {
      if (namedBefore.test(before)) return 'plain'
      // The code's own functions may have the same name.
      if (!/^["`]?\s*\(/.test(after)) return 'lonely'
      if (calledBefore.test(before) || statementBefore.test(before) || (file.endsWith('.sql') && !/\bfunction\s/i.test(before)))
        return 'plain'
      if (ownBefore.test(before)) return 'lonely'
      return wordsOf(word).length > 1 && /\bselect\s+[\w"*(]/i.test(code.window(code.lineAt(match.index), 3)) ? 'near' : 'lonely'
    }
    case 'type':
      if (pathLanguages.test(file) && pathBefore.test(before)) return 'lonely'
      return castBefore.test(before) || enumBefore.test(before) ? 'plain' : 'lonely'
    case 'sequence':
      if (numberBefore.test(before)) return 'plain'
      return wordsOf(word).length > 1 ? 'near' : 'lonely'
    case 'schema':
      if (schemaBefore.test(before)) return 'plain'
      return /^["`]?\.["`]?[\w$]/.test(after) && qualifiedBefore.test(before) ? 'plain' : 'lonely'
    case 'constraint':
      return conflictBefore.test(before) ? 'plain' : 'lonely'
  }
}
