/** How `lint` can print its result. */
export const lintFormats = [
  'text',
  'compact',
  'json',
  'markdown',
  'github',
  'gitlab',
  'sarif',
  'rdjson',
  'junit',
  'checkstyle',
] as const
export type LintFormat = (typeof lintFormats)[number]

export function isLintFormat(name: string): name is LintFormat {
  return lintFormats.some((format) => format === name)
}
