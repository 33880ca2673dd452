import { setFlagsFromString } from 'node:v8'
import { loadLibrary } from '../grammar/library.ts'

/**
 * Starts to load PostgreSQL's parser while other modules are loaded. Who needs it waits for it later, and meets its errors.
 * V8 is told to optimize less, as a run is over before that pays. It compiles the grammar anew while that runs, in other threads:
 * three functions, one of them 100 kB long, were a quarter of the work over a history of 400 migrations, held up the end of the
 * process and made no history of 4,000 faster. A higher budget only delays that: each jump back in a function of this length
 * takes so much of it that none that can be set lasts. And V8 11, which Node 20 has, optimizes JavaScript many times sooner than
 * later versions do: another quarter went there, two fifths over 4,000.
 */
export function warmUp(): void {
  setFlagsFromString('--no-wasm-dynamic-tiering')
  // Without this one all of it would be optimized at once.
  setFlagsFromString('--no-wasm-tier-up')
  // Later versions do not know this one.
  if (process.version.startsWith('v20.')) setFlagsFromString('--interrupt-budget=1000000')
  loadLibrary().catch(() => {})
}
