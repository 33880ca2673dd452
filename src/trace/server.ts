import { randomBytes } from 'node:crypto'
import { type Engine, importPeer, majorOf, type Row, refusalOf, ServerError, type Session } from './engine.ts'

/**
 * Connects to the server of a URL (`postgres://…`) and works in a scratch database that it creates there and drops on `close`;
 * the databases that exist are left alone. The role needs CREATEDB.
 */
export async function openServer(url: string): Promise<Engine> {
  const home = await connect(url, undefined)
  const database = `phasewise_trace_${process.pid}_${randomBytes(4).toString('hex')}`
  const version = (await home.query('SHOW server_version'))[0]?.[0] ?? ''
  const created = await home.run(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8'`)
  if (created.error !== undefined) {
    await home.close()
    throw new Error(`cannot create a scratch database: ${created.error.message}`)
  }
  const sessions: Session[] = []
  const openSession = async () => {
    const session = await connect(url, database)
    sessions.push(session)
    return session
  }
  const close = async () => {
    for (const session of sessions) await session.close()
    const dropped = await home.run(`DROP DATABASE ${database}`)
    await home.close()
    if (dropped.error !== undefined) throw new Error(`cannot drop the scratch database ${database}: ${dropped.error.message}`)
  }
  try {
    const main = await openSession()
    await readableMessages(main)
    return { ...main, name: `PostgreSQL ${version}`, postgres: majorOf(version), openSession, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** DEBUG1 messages are matched as text, so the server must write them in English. */
async function readableMessages(session: Session): Promise<void> {
  await session.run("SET lc_messages = 'C'")
  const language = (await session.query('SHOW lc_messages'))[0]?.[0] ?? ''
  if (language !== '' && !/^(C|POSIX|en)\b/.test(language.replace('_', ' '))) {
    throw new Error(`the server writes messages in ${language}: tracing needs a role that may set lc_messages`)
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
