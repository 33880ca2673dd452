/** Something the user has to put right: its message is one line that names the thing and what to do. The command line prints it and exits with 2. */
export class Failure extends Error {
  override readonly name = 'Failure'
}
