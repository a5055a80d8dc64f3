// Protobuf by hand, as much as the ceremony needs: fields that are numbers or bytes.

const varint = (value) => {
  const out = []
  for (; value > 127; value = Math.floor(value / 128)) out.push(value % 128 | 128)
  return Buffer.from([...out, value])
}

/** `fields`: [[number, bytes], ...], in the order in which they are to be written. */
export const write = (fields) =>
  Buffer.concat(fields.flatMap(([field, value]) => [varint(field * 8 + 2), varint(value.length), Buffer.from(value)]))

/** What `bytes` say by `schema`, {<number>: {name, type: 'bytes' | 'number', length?}}: each field exactly once and no other.
 * Every deviation goes to `faults` as a sentence that begins with `what`. */
export function read(bytes, schema, what, faults) {
  const found = {}
  let at = 0
  const number = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      if (at >= bytes.length) throw new Error('it ends within a number')
      const byte = bytes[at++]
      value += (byte & 127) * factor
      if (byte < 128) return value
      if (factor > 2 ** 42) throw new Error('a number of it is too long')
    }
  }
  const blob = () => {
    const length = number()
    if (at + length > bytes.length) throw new Error('it ends within a field')
    at += length
    return Buffer.from(bytes.subarray(at - length, at))
  }
  try {
    while (at < bytes.length) {
      const key = number()
      const wire = key % 8
      const known = schema[Math.floor(key / 8)]
      if (wire !== 0 && wire !== 2) throw new Error(`field ${Math.floor(key / 8)} has wire type ${wire}`)
      const value = wire ? blob() : number()
      if (!known) faults.push(`${what} has an unknown field ${Math.floor(key / 8)}`)
      else if (wire !== (known.type === 'number' ? 0 : 2)) faults.push(`${what}.${known.name} is not ${known.type}`)
      else if (known.name in found) faults.push(`${what}.${known.name} is there twice`)
      else found[known.name] = value
    }
  } catch (error) {
    faults.push(`${what} is no protobuf message: ${error.message}`)
    return found
  }
  for (const { name, length } of Object.values(schema)) {
    if (!(name in found)) faults.push(`${what}.${name} is missing`)
    else if (length && found[name].length !== length)
      faults.push(`${what}.${name} has ${found[name].length} bytes, expected ${length}`)
  }
  return found
}
