// A test that is told in steps, each of which needs the one before it: the first failure ends the story.
/** Returns `step(name, body)` for the steps of the test whose context `t` is. */
export function storyOf(t) {
  let failed = false
  return (name, body) =>
    t.test(name, { skip: failed && 'an earlier step failed' }, async () => {
      failed = true
      await body()
      failed = false
    })
}
