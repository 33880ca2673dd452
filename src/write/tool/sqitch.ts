import { Failure } from '../../failure.ts'
import type { Form, Place } from '../form.ts'
import { scriptText, upText } from '../part.ts'
import { slug } from '../sequence.ts'

/** Sqitch: scripts that psql runs, with their own BEGIN and COMMIT, in the order of the plan: what is to be added to it is told. */
export const sqitch: Form = {
  name: 'sqitch',
  manner: () => ({ opens: 'file', free: 'each', directions: 'apart' }),
  lay(parts, place) {
    const { text: plan, path } = planOf(place)
    const project = /^%project=(\S+)/m.exec(plan)?.[1] ?? ''
    const planner =
      plan
        .match(/\d{4}-\d\d-\d\dT\S+ +(.+? <[^>]+>)/g)
        ?.at(-1)
        ?.replace(/^\S+ +/, '') ?? 'phasewise <phasewise@localhost>'
    const verified = place.project.files.some((file) => file.startsWith('verify/'))
    const when = `${place.now.toISOString().slice(0, 19)}Z`
    const taken = new Set(place.project.files)
    const names: string[] = []
    for (const { title } of parts) {
      const words = slug(title)
      let name = words
      for (let number = 2; taken.has(`deploy/${name}.sql`); number++) name = `${words}_${number}`
      taken.add(`deploy/${name}.sql`)
      names.push(name)
    }
    const files = parts.flatMap((part, index) => {
      const name = names[index] ?? part.title
      return [
        { path: `deploy/${name}.sql`, text: `-- Deploy ${project}:${name} to pg\n\n${upText(part)}` },
        { path: `revert/${name}.sql`, text: `-- Revert ${project}:${name} from pg\n\n${scriptText(part.down)}` },
        ...(verified
          ? [
              {
                path: `verify/${name}.sql`,
                text: `-- Verify ${project}:${name} on pg\n\nBEGIN;\n\n-- what shows that it is there\n\nROLLBACK;\n`,
              },
            ]
          : []),
      ]
    })
    const lines = names.map((name, index) => {
      const before = names[index - 1]
      return `${name}${before === undefined ? '' : ` [${before}]`} ${when} ${planner} # ${parts[index]?.title ?? name}`
    })
    return {
      files,
      additions: [{ path, lines }],
      notes: [
        'Sqitch runs only what sqitch.plan lists, which is left as it is: add each of the lines at its end when that step is due',
      ],
    }
  },
  instead: ({ replaced }) =>
    `take ${replaced.replace(/^deploy\/|\.sql$/g, '')} out of sqitch.plan and delete its scripts, unless it has run anywhere: these come instead of it`,
}

function planOf({ project }: Place): { readonly text: string; readonly path: string } {
  if (project.files.includes('sqitch.plan')) return { text: project.text('sqitch.plan'), path: 'sqitch.plan' }
  const above = project.above('sqitch.plan')
  if (above === undefined) throw new Failure('there is no sqitch.plan')
  return { text: above.text, path: '../sqitch.plan' }
}
