/** Colours for text output; every function returns its text unchanged where no colour is wanted. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly blue: (text: string) => string
  readonly cyan: (text: string) => string
  readonly green: (text: string) => string
}

const same = (text: string) => text

export const plainPaint: Paint = { bold: same, dim: same, red: same, yellow: same, blue: same, cyan: same, green: same }
