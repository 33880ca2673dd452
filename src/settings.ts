import type { Operation } from './operation.ts'

/** Settings that the SQL has given a value, by lower-case name; one that is not there has the server's or the role's default. */
export type Settings = ReadonlyMap<string, string>

/** What a session has set: for good, and for the transaction that is open. */
export interface SessionSettings {
  readonly session: Settings
  readonly local: Settings
}

export const noSettings: SessionSettings = { session: new Map(), local: new Map() }

/** What SHOW would tell, as far as the SQL says. */
export function inForce(settings: SessionSettings): Settings {
  if (settings.local.size === 0) return settings.session
  return new Map([...settings.session, ...settings.local])
}

/**
 * The settings after a SET, RESET or DISCARD (manual, SET: SET LOCAL lasts to the end of the transaction and does nothing
 * outside one; a later SET of the same transaction replaces it).
 */
export function changeSettings(settings: SessionSettings, operation: Operation, inTransaction: boolean): SessionSettings {
  switch (operation.kind) {
    case 'Set': {
      const name = operation.setting.toLowerCase()
      if (operation.local) return inTransaction ? { ...settings, local: put(settings.local, name, operation.value) } : settings
      return { session: put(settings.session, name, operation.value), local: put(settings.local, name, undefined) }
    }
    case 'Reset': {
      if (operation.setting.toLowerCase() === 'all') return noSettings
      const name = operation.setting.toLowerCase()
      return { session: put(settings.session, name, undefined), local: put(settings.local, name, undefined) }
    }
    case 'Discard':
      return operation.what === 'all' ? noSettings : settings
    default:
      return settings
  }
}

/** At the end of a transaction SET LOCAL is over. */
export function endLocal(settings: SessionSettings): SessionSettings {
  return settings.local.size === 0 ? settings : { session: settings.session, local: new Map() }
}

function put(settings: Settings, name: string, value: string | undefined): Settings {
  const changed = new Map(settings)
  if (value === undefined) changed.delete(name)
  else changed.set(name, value)
  return changed
}

/** A time setting such as `2s`, `500ms`, `1min`, `5000` in milliseconds; undefined for what is no time. */
export function milliseconds(value: string): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value)
  if (match === null) return undefined
  const factors: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }
  return Number(match[1]) * (factors[match[2] ?? 'ms'] ?? 1)
}
