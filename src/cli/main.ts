#!/usr/bin/env node
import { run } from './program.ts'
import type { Output } from './terminal.ts'

/** A reader that has seen enough (`| head`) closes the pipe: what is left to print is nobody's, and no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  out: outputTo(process.stdout),
  err: outputTo(process.stderr),
  stdin: readStdin,
  ...(process.stdin.isTTY === true && process.stdout.isTTY === true ? { ask } : {}),
})

function outputTo(stream: NodeJS.WriteStream): Output {
  return { write: (text) => void stream.write(text), isTerminal: stream.isTTY === true, columns: stream.columns }
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await prompt.question(question)
  } finally {
    prompt.close()
  }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
