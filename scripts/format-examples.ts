import { renderLint } from '../src/cli/render.ts'
import { lintReport } from '../src/lint.ts'
import { type LintFormat, lintFormats } from '../src/report/formats.ts'
import { plainPaint } from '../src/report/paint.ts'
import { between } from './generated.ts'

const languages: { readonly [F in LintFormat]: string } = {
  text: 'text',
  compact: 'text',
  json: 'json',
  markdown: 'markdown',
  github: 'text',
  gitlab: 'json',
  sarif: 'json',
  rdjson: 'json',
  junit: 'xml',
  checkstyle: 'xml',
}

/** docs/formats.md with what each format makes of fixtures/formats between its marks; of SARIF the results alone. */
export async function formatExamples(page: string): Promise<string> {
  const report = await lintReport({ cwd: 'fixtures/formats', paths: ['migrations'] })
  let filled = page
  for (const format of lintFormats) {
    const rendering = { paint: plainPaint, quiet: false, threshold: 'error', exitCode: 1, version: '' } as const
    const text = await renderLint(format, report, rendering)
    const shown = format === 'sarif' ? `${JSON.stringify({ results: JSON.parse(text).runs[0].results }, undefined, 2)}\n` : text
    filled = between(filled, `example ${format}`, `\`\`\`\`${languages[format]}\n${shown}\`\`\`\``)
  }
  return filled
}
