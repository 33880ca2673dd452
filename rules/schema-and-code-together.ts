import {
  type Application,
  gainedBy,
  listOf,
  lostBy,
  type Migration,
  placesIn,
  type Reference,
  requiredBy,
  rule,
  type Site,
  type Step,
  stepsOf,
} from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'one change set changes the schema and the code that needs the new shape, or that needed the old one',
  why: `A deployment is not a moment. While it rolls out, instances of the old code and of the new one run side by side, and the migration comes
before both or after both. Code that needs a new column fails wherever it starts before the migration; old instances fail from the
migration on when it drops what they still use, even if the same change set takes the use out of the code; and when it requires a column that only
the new code fills, their INSERTs fail.`,
  instead: `Ship a migration that adds something ahead of the code that needs it, alone. Take something away, or require
it, in a change set after the one that changed the code, once no instance of the old code is running.`,
  references: ['https://www.postgresql.org/docs/current/ddl-alter.html'],
  knownAs: [],
  check(migration, at) {
    const { application } = at
    if (application === undefined) return undefined
    return [
      ...sayLost(migration, application, at),
      ...sayRequired(migration, application, at),
      ...sayGained(migration, application, at),
    ]
  },
})

function sayLost(migration: Migration, application: Application, at: Site) {
  return stepsOf([migration]).flatMap((step) => {
    const asked = lostBy(step.operation, at)
    const places = asked === undefined ? [] : application.removed(asked.question)
    if (asked === undefined || places.length === 0) return []
    const uses = places.length < application.references(asked.question).strong.length ? 'uses of it' : 'its last uses'
    return [
      {
        message: `${asked.what} goes in the change set that takes ${uses} out of the code (${placesIn(places)}): instances of the old code are still running when the migration does`,
        certainty: 'certain' as const,
        span: step.span,
        effects: [],
        instead: 'deploy the code first, and put this step into a later change set, when no instance of the old code is left',
      },
    ]
  })
}

/** What INSERTs have to fill from now on, and only the new code knows. */
function sayRequired(migration: Migration, application: Application, at: Site) {
  return stepsOf([migration]).flatMap((step) =>
    requiredBy(step.operation, at).flatMap(({ question, what }) => {
      const places = application.added(question)
      const { strong, lonely } = application.references(question)
      if (places.length === 0 || strong.length > 0) return []
      return [
        {
          message: `${what} is required in the change set whose code is the first to name it (${placesIn(places)}): instances of the old code leave it out, and their INSERTs fail`,
          certainty: lonely.length > 0 ? ('possible' as const) : ('certain' as const),
          covers: ['tighten-column-deployed-code-uses'],
          span: step.span,
          effects: [],
          instead: 'add it without the requirement, deploy the code that fills it, and require it in a later change set',
        },
      ]
    }),
  )
}

interface Needed {
  readonly step: Step
  readonly what: string
  readonly places: readonly Reference[]
}

/** One finding for all that a migration adds and new code needs. */
function sayGained(migration: Migration, application: Application, at: Site) {
  const needed = stepsOf([migration]).flatMap((step): readonly Needed[] => {
    const asked = gainedBy(step.operation, at)
    const places = asked === undefined ? [] : application.added(asked.question)
    return asked === undefined || places.length === 0 ? [] : [{ step, what: asked.what, places }]
  })
  const [first] = needed
  if (first === undefined) return []
  const places = needed.flatMap((one) => one.places)
  return [
    {
      message: `code of the same change set needs ${listOf(needed.map(({ what }) => what))} (${placesIn(places)}): an instance that starts before the migration has run fails`,
      span: first.step.span,
      effects: [],
      instead: 'deploy this migration first, alone, and the code that needs it after',
    },
  ]
}
