// Bodies that are nearly those of the document's examples: what a client gets wrong, and the limits of the schema. Which of
// them are right is not said here: the document and the gateway must agree.

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const text = (length) => LETTERS.repeat(Math.ceil(length / 26)).slice(0, length)
const MOST = 70_000 // longer limits are not tried

/** Every body beside `example` that differs from it in one place, as [what differs, body]. */
export function* mutants(schema, example) {
  for (const { way, value, schemas } of places(schema, example)) {
    const name = way.join('.') || 'the body'
    if (way.length > 0) yield [`without ${name}`, changed(example, way, undefined)]
    for (const other of othersOf(value)) yield [`${name} = ${JSON.stringify(other)}`, changed(example, way, other)]
    for (const limit of limitsOf(value, schemas)) yield [`${name} of ${JSON.stringify(limit).length} characters`, changed(example, way, limit)]
    if (isObject(value)) yield [`an unknown member in ${name}`, changed(example, [...way, 'colour'], 'red')]
  }
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Values of other types, and some of the same. */
function othersOf(value) {
  const others = [7, 'yes', true, [], {}, [5], ['']]
  if (typeof value === 'string') others.push('', ' \n\t')
  if (typeof value === 'number') others.push(-1, 1.5)
  if (typeof value === 'boolean') others.push(!value)
  return others.filter((other) => JSON.stringify(other) !== JSON.stringify(value))
}

/** Values at the limits of the schemas, and one beyond each. */
function limitsOf(value, schemas) {
  const limits = []
  for (const schema of schemas) {
    for (const at of [schema.minLength, schema.maxLength]) if (typeof value === 'string' && at <= MOST) limits.push(text(at), text(at + 1))
    for (const at of [schema.minimum, schema.maximum]) if (typeof value === 'number' && Number.isSafeInteger(at)) limits.push(at - 1, at, at + 1)
    if (Array.isArray(value) && schema.maxItems <= 1000 && value.length > 0) {
      const items = (count) => Array.from({ length: count }, (_, n) => (typeof value[0] === 'number' ? n + 1 : value[0]))
      limits.push(items(schema.maxItems), items(schema.maxItems + 1))
    }
  }
  return limits
}

/** Every value of the example with the way to it and the schemas that it may have to meet. */
function* places(schema, value, way = []) {
  const schemas = flat(schema)
  yield { way, value, schemas }
  if (isObject(value))
    for (const [key, member] of Object.entries(value))
      yield* places({ anyOf: schemas.map((one) => one.properties?.[key]).filter(Boolean) }, member, [...way, key])
  else if (Array.isArray(value) && value.length > 0)
    yield* places({ anyOf: schemas.map((one) => one.items).filter(Boolean) }, value[0], [...way, 0])
}

function flat(schema) {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  return [schema, ...inner.flatMap(flat)]
}

function changed(from, [key, ...rest], value) {
  if (key === undefined) return value
  const copy = Array.isArray(from) ? [...from] : { ...from }
  if (rest.length > 0) copy[key] = changed(from[key], rest, value)
  else if (value !== undefined) copy[key] = value
  else if (Array.isArray(copy)) copy.splice(key, 1)
  else delete copy[key]
  return copy
}
