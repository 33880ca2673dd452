/** Reads fixtures/fixes/*.sql: the files of a project, the last of which is fixed, and what it is afterwards. */
export interface FixCase {
  readonly title: string
  /** `tool`, `transaction`, `postgres`; `unknown`: the table of the last file was made by no migration, so nothing can be run. */
  readonly options: ReadonlyMap<string, string>
  readonly files: readonly { readonly name: string; readonly text: string }[]
  /** The text of the last file afterwards; undefined: as before. */
  readonly fixed: string | undefined
}

export function readFixFixture(text: string): readonly FixCase[] {
  return text
    .split(/^-- # /m)
    .slice(1)
    .map((body) => {
      const [head = '', ...sections] = body.trimEnd().split(/^-- ## /m)
      const [title = '', ...options] = head.trimEnd().split('\n')
      const files = sections.map((section) => {
        const end = section.indexOf('\n')
        return { name: section.slice(0, end < 0 ? section.length : end), text: end < 0 ? '' : section.slice(end + 1) }
      })
      const fixed = files.at(-1)?.name === 'fixed' ? files.pop()?.text : undefined
      return {
        title,
        options: new Map(
          options.map((option) => {
            const [name = '', ...value] = option.replace(/^-- /, '').split(' ')
            return [name, value.join(' ')]
          }),
        ),
        files: files.map(({ name, text: content }) => ({ name, text: content.trimEnd() === '' ? '' : `${content.trimEnd()}\n` })),
        fixed: fixed === undefined ? undefined : `${fixed.trimEnd()}\n`,
      }
    })
}
