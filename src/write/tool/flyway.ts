import type { Form, Place, PlanFile } from '../form.ts'
import { downAsComments, type Script, scriptText, upText } from '../part.ts'
import { folderOf, slug } from '../sequence.ts'
import { versionAfter, versionOf } from '../version.ts'

/** Flyway: `V1__x.sql`, and beside what runs outside of a transaction `V1__x.sql.conf`; `U1__x.sql` where the project has undo migrations. */
export const flyway: Form = {
  name: 'flyway',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'apart' }),
  lay(parts, place) {
    const folder = folderOf(place, {})
    const undoes = place.project.files.some((file) => /(?:^|\/)U\d[^/]*\.sql$/.test(file))
    let version = newest(place)
    const files = parts.flatMap((part) => {
      version = version === undefined ? versionOf(place.now) : after(version, place.now)
      const name = `${version}__${slug(part.title)}.sql`
      const forward = undoes ? upText(part) : `${upText(part)}\n${downAsComments(part)}`
      return [
        ...withSidecar(`${folder}V${name}`, forward, part.up),
        ...(undoes ? withSidecar(`${folder}U${name}`, scriptText(part.down), part.down) : []),
      ]
    })
    const frees = files.some(({ path }) => path.endsWith('.conf'))
    const lock =
      'Flyway itself holds a transaction open while it runs migrations, and a concurrent build waits for it: set flyway.postgresql.transactional.lock=false'
    return { files, notes: frees ? [lock] : [] }
  },
  instead({ project, replaced }) {
    const version = /(?:^|\/)V(\d[\d._]*?)(?:__|\.sql$)/.exec(replaced)?.[1]
    const own = project.files.filter(
      (file) => file.startsWith(replaced) || (version !== undefined && new RegExp(`(?:^|/)U${version}(?:__|\\.sql)`).test(file)),
    )
    return `delete ${own.join(', ')}, which these files come instead of, unless it has run anywhere`
  },
}

function withSidecar(path: string, text: string, { transaction }: Script): readonly PlanFile[] {
  return [{ path, text }, ...(transaction ? [] : [{ path: `${path}.conf`, text: 'executeInTransaction=false\n' }])]
}

/** Parts compare as numbers, and zeros at the end vanish. */
function newest({ project }: Place): string | undefined {
  const versions = project.files.flatMap((file) => /(?:^|\/)[VUB](\d+(?:[._]\d+)*)(?:__|\.)/.exec(file)?.[1] ?? [])
  return versions.sort(compare).at(-1)
}

function compare(a: string, b: string): number {
  const [x, y] = [a.split(/[._]/).map(BigInt), b.split(/[._]/).map(BigInt)]
  for (let index = 0; index < Math.max(x.length, y.length); index++) {
    const [left, right] = [x[index] ?? 0n, y[index] ?? 0n]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** `12_1` → `12_2`: the last part goes up, as wide. */
function after(version: string, now: Date): string {
  return version.replace(/\d+$/, (last) => versionAfter(last, now))
}
