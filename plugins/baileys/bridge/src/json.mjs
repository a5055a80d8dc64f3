/**
 * A value as the bytes of its JSON, which are UTF-8 whatever the strings are: half of a surrogate pair, which JavaScript
 * writes as an escape that no other parser takes, becomes U+FFFD.
 *
 * @returns {Buffer} throws RangeError for what is nested too deeply or too large for a string
 */
export function jsonOf(value) {
  const json = JSON.stringify(value);
  return Buffer.from(json.includes('\\ud') ? JSON.stringify(value, wellFormed) : json);
}

const wellFormed = (key, value) => (typeof value === 'string' ? value.toWellFormed() : value);
