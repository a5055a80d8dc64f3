// Keys that a table of 65,536 members puts into one bucket: Boost.JSON hashes by FNV-1a from the table's address, whose
// lower bits an attacker knows. As shared/src/shared/testing_collisions.hpp.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const word = (number, letters) => {
  let out = ''
  for (; letters > 0; letters--, number = Math.floor(number / 64)) out += LETTERS[number % 64]
  return out
}

/** So many keys of eight letters. */
export function collidingKeys(wanted) {
  const ends = new Map()
  for (let i = 0; i < 64 * 64; i++) {
    const end = word(i, 2)
    let state = 0
    for (const c of [...end].reverse()) state = ((state * 0x957b) & 0xffff) ^ c.charCodeAt(0)
    ends.set(state, end)
  }
  const keys = []
  for (let i = 0; keys.length < wanted; i++) {
    const begin = word(i, 6)
    let state = (0x2325 + 16) & 0xffff
    for (let at = 0; at < begin.length; at++) state = ((state ^ begin.charCodeAt(at)) * 0x1b3) & 0xffff
    const end = ends.get(state)
    if (end) keys.push(begin + end)
  }
  return keys
}
