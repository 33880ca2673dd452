import { warmUp } from '../cli/warm.ts'
import { withGitConfig } from './clone.ts'
import { run } from './run.ts'

Object.assign(
  process.env,
  withGitConfig(process.env, [
    // In a job's container the workspace belongs to another user than the one who runs steps, and git would not look at it.
    ['safe.directory', '*'],
    // A pull request can hold a folder that looks like a repository.
    ['safe.bareRepository', 'explicit'],
    // Nothing is run for git.
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ]),
)
warmUp()
process.exitCode = await run(process.env, (text) => void process.stdout.write(text))
