/** How a version tells the time: what it reads as milliseconds since 1970 (undefined: it is no such version), and back. */
interface Clock {
  read(version: string): number | undefined
  show(time: number): string
  /** Milliseconds from one version to the next. */
  readonly step: number
}

const second = 1000

const clocks: readonly Clock[] = [
  dated(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, 14, second),
  dated(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, 17, 1),
  dated(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, 12, 60 * second),
  { read: (version) => within(version, 13, 1), show: String, step: 1 },
  { read: (version) => within(version, 10, second), show: (time) => String(Math.floor(time / second)), step: second },
]

/** The version after one of digits: the time now where it tells the time, else the number after it, as wide. Never before `last`. */
export function versionAfter(last: string, now: Date): string {
  for (const { read, show, step } of clocks) {
    const time = read(last)
    if (time !== undefined) return show(Math.max(time + step, now.getTime()))
  }
  return (BigInt(last) + 1n).toString().padStart(last.length, '0')
}

/** Diesel's `2026-01-31-235959`, with what is behind it: kept, since versions compare as text. */
export function dashedAfter(last: string, now: Date): string | undefined {
  const [, date, rest] = /^(\d{4}-\d\d-\d\d-\d{6})(.*)$/.exec(last) ?? []
  if (date === undefined) return undefined
  const next = versionAfter(date.replaceAll('-', ''), now)
  return `${next.replace(/^(\d{4})(\d\d)(\d\d)/, '$1-$2-$3-')}${rest}`
}

/** The time now, for a first version: 14 digits. */
export function versionOf(now: Date): string {
  return digitsOf(now.getTime()).slice(0, 14)
}

function dated(pattern: RegExp, width: number, step: number): Clock {
  return {
    read(version) {
      const [, year = '', month = '', day = '', hour = '', minute = '', seconds = '0', milliseconds = '0'] =
        pattern.exec(version) ?? []
      if (year < '1970' || year > '2199') return undefined
      const time = Date.UTC(
        Number(year),
        Number(month) - 1,
        Number(day),
        Number(hour),
        Number(minute),
        Number(seconds),
        Number(milliseconds),
      )
      // A number that looks like a date and is none (day 42) rolls over.
      return digitsOf(time).startsWith(version) ? time : undefined
    },
    show: (time) => digitsOf(time).slice(0, width),
    step,
  }
}

function digitsOf(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, '')
}

/** Units since 1970, where the number can be a time between 2001 and 2035: ten digits may be a date and a counter as well. */
function within(version: string, width: number, unit: number): number | undefined {
  if (version.length !== width || !/^\d+$/.test(version) || /^20[0-3]\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])/.test(version))
    return undefined
  const time = Number(version) * unit
  return time > Date.UTC(2001, 8, 9) && time < Date.UTC(2035, 0) ? time : undefined
}
