// The judge itself: it says each thing that can go wrong, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.mjs'

const NOTHING = { lost: [], doubled: [], disordered: [], late: [], unknown: [] }

/** A ledger of three numbers of chat `a`, sent at 0, 1 and 2 ms. */
function ledger(options) {
  const made = new Ledger('test', options)
  for (const n of [0, 1, 2]) made.sent('a', n, n)
  return made
}
function heard(arrivals, options) {
  const made = ledger(options)
  for (const [n, id, at = 10] of arrivals) made.arrived('a', n, id, at)
  return made
}
const ALL = [[0, 'x'], [1, 'y'], [2, 'z']] // prettier-ignore

test('all in order is right, and so is a repeat under the same id', () => {
  const right = heard([...ALL, [1, 'y']])
  assert.deepEqual(right.verdict(), NOTHING)
  assert.deepEqual([right.arrivals, right.repeats, right.missing], [4, 1, 0])
  right.check()
})
test('what did not come is lost', () => {
  const wrong = heard([ALL[0], ALL[2]])
  assert.deepEqual(wrong.verdict(), { ...NOTHING, lost: ['a 1'] })
  assert.equal(wrong.missing, 1)
  assert.throws(() => wrong.check(), /1 lost \(a 1\)/)
})
test('one number under two ids is doubled', () => {
  assert.deepEqual(heard([...ALL, [1, 'other']]).verdict(), { ...NOTHING, doubled: ['a 1'] })
})
test('two numbers under one id are doubled, in different chats too', () => {
  const wrong = heard(ALL)
  wrong.sent('b', 0)
  wrong.arrived('b', 0, 'x')
  assert.deepEqual(wrong.verdict(), { ...NOTHING, doubled: ['b 0'] })
})
test('a number whose first arrival is behind a later one is disordered', () => {
  assert.deepEqual(heard([ALL[0], ALL[2], ALL[1]]).verdict(), { ...NOTHING, disordered: ['a 1'] })
})
test('chats overtake each other as they like', () => {
  const right = ledger()
  right.sent('b', 0)
  right.arrived('b', 0, 'w')
  for (const [n, id] of ALL) right.arrived('a', n, id)
  assert.deepEqual(right.verdict(), NOTHING)
})
test('what comes after its time is late, measured at its first arrival', () => {
  const wrong = heard([[0, 'x', 101], [1, 'y', 101], [1, 'y', 900], [2, 'z', 102]], { lateAfterMs: 100 }) // prettier-ignore
  assert.deepEqual(wrong.verdict(), { ...NOTHING, late: ['a 0'] })
})
test('what nobody sent is unknown', () => {
  assert.deepEqual(heard([...ALL, [7, 'v']]).verdict(), { ...NOTHING, unknown: ['a 7'] })
})
