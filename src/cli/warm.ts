import { setFlagsFromString } from 'node:v8'
import { loadLibrary } from '../grammar/library.ts'

/**
 * Starts to load PostgreSQL's parser while other modules are loaded. Who needs it waits for it later, and meets its errors.
 * V8 is told to leave the parser as first compiled: by default it optimizes the grammar's one huge function after a few
 * statements, which takes longer than most runs and holds up the end of the process, and makes long histories no faster.
 */
export function warmUp(): void {
  setFlagsFromString('--wasm-tiering-budget=1000000000')
  loadLibrary().catch(() => {})
}
