import { planDomainConstraint } from '../src/plan/builder/domain-constraint.ts'
import { advice, findType, type Name, type Operation, printName, quoteIdentifier, rule, type Site, waitFor } from '../src/rule.ts'

export default rule({
  on: ['AddDomainConstraint', 'ValidateDomainConstraint', 'SetDomainNotNull'],
  hazard: 'blocks writes',
  summary: 'a constraint of a domain that is checked against every table that uses it',
  why: `Adding a constraint to a domain, making it NOT NULL or validating its constraint reads every table that has a column of the domain, all in one
transaction, while writes to those tables wait. Unlike with tables, VALIDATE is no gentler; only NOT VALID reads nothing, and it binds new values
at once.`,
  instead: `Add the constraint with NOT VALID. Prove the old rows by a CHECK on each table, NOT VALID and then validated, which lets writes through; then leave
the domain's constraint as it is, or validate it in a quiet window.`,
  references: ['https://www.postgresql.org/docs/current/sql-alterdomain.html'],
  knownAs: [
    'squawk/ban-alter-domain-with-add-constraint',
    'pgfence/ban-alter-domain-add-constraint',
    'migrationpilot/MP043',
    'migrationpilot/ban-domain-constraint',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    if (op.kind === 'SetDomainNotNull' && !op.notNull) return undefined
    if (op.kind === 'AddDomainConstraint' && op.constraint.notValid) return undefined
    const wait = waitFor(at)
    const domain = printName(op.domain)
    if (wait !== undefined) {
      return {
        message: `${doing(op)} ${wait.blocks} while every row with a column of the domain is checked`,
        instead: stepsFor(op),
        hazard: wait.hazard,
      }
    }
    if (!mayHaveUnknownUsers(op.domain, at)) return undefined
    return {
      message: `${doing(op)} blocks writes to every table that has a column of ${domain} while its rows are checked`,
      instead: stepsFor(op),
      certainty: 'possible',
    }
  },
  rewrite: planDomainConstraint,
})

type Subject = Operation<'AddDomainConstraint' | 'ValidateDomainConstraint' | 'SetDomainNotNull'>

function doing(op: Subject): string {
  const domain = printName(op.domain)
  switch (op.kind) {
    case 'AddDomainConstraint':
      return `adding a constraint to domain ${domain}`
    case 'ValidateDomainConstraint':
      return `validating ${quoteIdentifier(op.constraint)} of domain ${domain}`
    case 'SetDomainNotNull':
      return `NOT NULL on domain ${domain}`
  }
}

/** A domain that no migration made can have columns in tables that no migration made. */
function mayHaveUnknownUsers(domain: Name, at: Site): boolean {
  return findType(at.before, domain) === undefined
}

function stepsFor(op: Subject): string {
  if (op.kind !== 'AddDomainConstraint' || op.constraint.kind !== 'check') {
    return 'prove the rows by a CHECK on each table first, NOT VALID and then validated; the domain itself has only a quiet window'
  }
  const name = op.constraint.name === undefined ? '' : `CONSTRAINT ${quoteIdentifier(op.constraint.name)} `
  return advice(
    'bind new values only, and prove the old rows by a CHECK on each table, NOT VALID and then validated',
    `ALTER DOMAIN ${printName(op.domain)} ADD ${name}CHECK (${op.constraint.expression.sql}) NOT VALID;`,
  )
}
