import { toJsonSchema } from '@valibot/to-json-schema'
import { configDefinition } from './definition.ts'

/** The JSON Schema of phasewise.json, for editors. Used when the package is built, not when it runs. */
export function configSchema(ruleIds: readonly string[]): object {
  const { $schema, ...schema } = toJsonSchema(configDefinition(ruleIds))
  return { $schema, title: 'Configuration of phasewise', ...schema }
}
