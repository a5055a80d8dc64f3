export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Runs the given functions in turn, `rounds` times; resolves with one list of results per function. */
export async function alternate(rounds, ...functions) {
  const results = functions.map(() => [])
  for (let round = 0; round < rounds; ++round)
    for (const [index, one] of functions.entries()) results[index].push(await one(round))
  return results
}

/** The value below which the share `q` of the numbers lies. */
export function quantile(numbers, q) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
