import type { Project } from '../project.ts'
import { linesOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

const entry = /^\s*[+-]?\s*([^\s@#%:\\][^\s:@#\\]*)(?:\s+\[[^\]]*\])?\s+\d{4}-\d\d-\d\dT/

/** Sqitch: scripts in `sqitch.plan` order, each run by psql; what is not in the plan never runs. A reworked change's earlier script is `<name>@<tag>.sql`. */
export const sqitch: Tool = {
  name: 'sqitch',
  detect: (project) => (planOf(project) === undefined ? undefined : { strength: 5, because: 'sqitch.plan' }),
  read(project) {
    const changes = linesOf(planOf(project) ?? '').flatMap(
      ({ text }): readonly { tag: string | undefined; change: string | undefined }[] => {
        const tag = /^\s*@(\S+)/.exec(text)?.[1]
        if (tag !== undefined) return [{ tag, change: undefined }]
        const change = entry.exec(text)?.[1]
        return change === undefined ? [] : [{ tag: undefined, change }]
      },
    )
    return changes.flatMap(({ change }, index): readonly Unit[] => {
      if (change === undefined) return []
      const reworked = changes.slice(index + 1).some((later) => later.change === change)
      const tag = reworked ? changes.slice(index + 1).find((later) => later.tag !== undefined)?.tag : undefined
      const script = tag === undefined ? change : `${change}@${tag}`
      return (['deploy', 'revert', 'verify'] as const).flatMap((folder): readonly Unit[] => {
        const file = project.files.find(
          (one) => one === `${folder}/${script}.sql` || (folder === 'deploy' && one === `${script}.sql`),
        )
        return file === undefined
          ? []
          : [
              {
                file,
                kind: ({ deploy: 'up', revert: 'down', verify: 'verify' } as const)[folder],
                transaction: 'each',
                placeholders: new Set(['psql']),
              },
            ]
      })
    })
  },
}

function planOf(project: Project): string | undefined {
  return project.files.includes('sqitch.plan') ? project.text('sqitch.plan') : project.above('sqitch.plan')?.text
}
