// The lines of the result: one per figure, with its target and its peer.

/**
 * `more`: more is better. `target` is of the value, `targetRatio` of how many times better than the peer
 * (`{name, value}`) it is. `rounds`: every round's values, for the JSON.
 */
export function figure({ what, value, unit, more, target, targetRatio, peer, rounds }) {
  const ratio = peer && (more ? value / peer.value : peer.value / value)
  const met = [
    target === undefined || (more ? value >= target : value <= target),
    targetRatio === undefined || ratio >= targetRatio,
  ].every(Boolean)
  return { what, value, unit, more, target, targetRatio, peer, ratio, met, rounds }
}

const digits = (value) => (Math.abs(value) >= 100 ? 0 : 1)
const number = (value) => value.toLocaleString('en-US', { maximumFractionDigits: digits(value) })

function cells({ what, value, unit, more, target, targetRatio, peer, ratio, met }) {
  const wanted = [
    target !== undefined && `${more ? '≥' : '≤'} ${number(target)}`,
    targetRatio !== undefined && `≥ ${targetRatio}x`,
  ].filter(Boolean)
  return [
    what,
    `${number(value)} ${unit}`,
    wanted.length ? wanted.join(', ') + (met ? '' : '  MISSED') : '–',
    peer ? `${peer.name}: ${number(peer.value)} ${unit}` : '–',
    ratio ? `${number(ratio)}x` : '–',
  ]
}

/** A Markdown table, aligned. */
export function table(figures) {
  const rows = [['what', 'measured', 'target', 'peer, same run', 'better by'], ...figures.map(cells)]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  return lines.join('\n')
}
