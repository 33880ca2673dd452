import { byCodeUnit } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /(?:^|\/)(\d+)_([^.]+)(\.[a-z0-9]+)?\.(up|down)\.sql$/

/** Pop / Soda: `1_x.up.sql`, versions as strings, Go templates inside, one transaction each and no way out; other dialects' files are skipped. */
export const pop: Tool = {
  name: 'pop',
  detect(project) {
    const steps = project.files.filter((file) => name.test(file))
    if (steps.length === 0) return undefined
    if (/gobuffalo\/pop/.test(project.above('go.mod')?.text ?? '')) return { strength: 4, because: 'gobuffalo/pop in go.mod' }
    return steps.some((file) => /\{\{/.test(project.sample(file))) ? { strength: 4, because: '{{ … }} in *.up.sql' } : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => [undefined, '.postgres', '.postgresql', '.cockroach'].includes(name.exec(file)?.[3]) && name.test(file))
      .sort((a, b) => byCodeUnit(version(a), version(b)) || byCodeUnit(a, b))
      .map(
        (file): Unit => ({
          file,
          kind: name.exec(file)?.[4] === 'down' ? 'down' : 'up',
          transaction: 'unit',
          placeholders: new Set(['go']),
        }),
      ),
}

function version(file: string): string {
  return name.exec(file)?.[1] ?? ''
}
