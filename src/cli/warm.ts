import { setFlagsFromString } from 'node:v8'
import { loadLibrary } from '../grammar/library.ts'

/**
 * Starts to load PostgreSQL's parser while other modules are loaded. Who needs it waits for it later, and meets its errors.
 * V8 is told to optimize less, as a run is over before that pays. By default it compiles the grammar's one huge function anew
 * after a few statements, which takes longer than most runs and holds up the end of the process, and makes long histories no
 * faster. And V8 11, which Node 20 has, optimizes JavaScript many times sooner than later versions do: a quarter of the work
 * over a history of 400 migrations went there, two fifths over 4,000.
 */
export function warmUp(): void {
  setFlagsFromString('--wasm-tiering-budget=1000000000')
  // Later versions do not know this one.
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=500000')
  loadLibrary().catch(() => {})
}
