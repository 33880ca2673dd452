import { byCodeUnit } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /^([^/_]+)_[^/]*\/(up|down)\.sql$/

/** Diesel: `<version>_x/up.sql`, versions without `-` compared as strings; one transaction each, or with `run_in_transaction = false` in metadata.toml one message. */
export const diesel: Tool = {
  name: 'diesel',
  detect(project) {
    if (!project.files.some((file) => name.test(file) && file.endsWith('/up.sql'))) return undefined
    return project.above('diesel.toml') ? { strength: 5, because: 'diesel.toml' } : { strength: 3, because: '*/up.sql' }
  },
  read: (project) =>
    project.files
      .filter((file) => name.test(file))
      .sort((a, b) => byCodeUnit(version(a), version(b)) || byCodeUnit(a, b))
      .map((file): Unit => {
        const metadata = file.replace(/[^/]+$/, 'metadata.toml')
        const free = project.files.includes(metadata) && /^\s*run_in_transaction\s*=\s*false/m.test(project.text(metadata))
        return { file, kind: file.endsWith('/down.sql') ? 'down' : 'up', transaction: free ? 'string' : 'unit' }
      }),
}

function version(file: string): string {
  return (name.exec(file)?.[1] ?? file).replaceAll('-', '')
}
