import { byNumber } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /^(\d+)_(.*)\.(up|down)\.sql$/

/** golang-migrate: `1_x.up.sql`, in numeric order; a file is one message without BEGIN, so that several statements share an implicit transaction. */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  detect(project) {
    if (!project.files.some((file) => name.exec(file)?.[3] === 'up')) return undefined
    return /golang-migrate\/migrate/.test(project.above('go.mod')?.text ?? '')
      ? { strength: 2, because: 'go.mod and *.up.sql' }
      : { strength: 1, because: '*.up.sql' }
  },
  read: (project) =>
    project.files
      .filter((file) => name.test(file))
      .sort(byNumber)
      .map((file): Unit => ({ file, kind: name.exec(file)?.[3] === 'down' ? 'down' : 'up', transaction: 'string' })),
}
