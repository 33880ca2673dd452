import { randomBytes } from 'node:crypto'
import { Failure } from '../failure.ts'
import { type Engine, importPeer, majorOf, type Row, refusalOf, ServerError, type Session } from './engine.ts'

/**
 * Connects to the server of a URL (`postgres://…`) and works in a scratch database that it creates there and drops on `close`;
 * the databases that exist are left alone. The role needs CREATEDB.
 */
export async function openServer(url: string): Promise<Engine> {
  const { home, version } = await connectFirst(url)
  const database = `phasewise_trace_${process.pid}_${randomBytes(4).toString('hex')}`
  const created = await home.run(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8'`)
  if (created.error !== undefined) {
    await home.close()
    throw new Failure(`cannot create a scratch database: ${created.error.message}`)
  }
  const sessions: Session[] = []
  const openSession = async () => {
    const session = await connect(url, database)
    sessions.push(session)
    return session
  }
  const close = async () => {
    // From here on they take no statement; one that still runs is not waited for. Nobody else is in a database of ours.
    const closing = Promise.allSettled(sessions.map((session) => session.close()))
    await home.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`)
    await closing
    const dropped = await home.run(`DROP DATABASE IF EXISTS ${database}`)
    await home.close()
    if (dropped.error !== undefined) throw new Failure(`cannot drop the scratch database ${database}: ${dropped.error.message}`)
  }
  try {
    const main = await openSession()
    await readableMessages(main)
    return {
      ...main,
      name: `PostgreSQL ${version}`,
      postgres: majorOf(version),
      openSession,
      ownCluster: false,
      async freshen() {
        await main.run('DISCARD ALL')
        await readableMessages(main)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The first query connects; what goes wrong there is the user's to mend. The URL, which may hold a password, is in no message. */
async function connectFirst(url: string): Promise<{ readonly home: Session; readonly version: string }> {
  let home: Session | undefined
  try {
    home = await connect(url, undefined)
    return { home, version: (await home.query('SHOW server_version'))[0]?.[0] ?? '' }
  } catch (error) {
    await home?.close()
    if (error instanceof Failure) throw error
    throw new Failure(`cannot connect to the server: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** DEBUG1 messages are matched as text, so the server must write them in English. */
async function readableMessages(session: Session): Promise<void> {
  await session.run("SET lc_messages = 'C'")
  const language = (await session.query('SHOW lc_messages'))[0]?.[0] ?? ''
  if (language !== '' && !/^(C|POSIX|en)\b/.test(language.replace('_', ' '))) {
    throw new Failure(`the server writes messages in ${language}: tracing needs a role that may set lc_messages`)
  }
}

async function connect(url: string, database: string | undefined): Promise<Session> {
  const { default: postgres } = await importPeer(() => import('postgres'), 'postgres', 'tracing on a server')
  let notices: string[] = []
  const client = postgres(url, {
    ...(database === undefined ? {} : { database }),
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: (notice) => notices.push(notice.message ?? ''),
    connection: { application_name: 'phasewise trace' },
  })
  return {
    async query(sql) {
      try {
        const rows = await client.unsafe(sql).values()
        return rows.map((row): Row => Array.from(row, (value) => (value === null || value === undefined ? null : String(value))))
      } catch (error) {
        throw new ServerError(refusalOf(error))
      }
    },
    async run(sql) {
      notices = []
      try {
        await client.unsafe(sql)
        return { notices, error: undefined }
      } catch (error) {
        return { notices, error: refusalOf(error) }
      }
    },
    close: () => client.end({ timeout: 5 }),
  }
}
