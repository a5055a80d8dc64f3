// What a phone's camera would read: from the PNG data URL of an answer, from pixels of a screen.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** '' if there is no code in the picture. */
function scan(name, bytes) {
  const dir = mkdtempSync(join(tmpdir(), 'colibri-qr-'))
  try {
    const file = join(dir, name)
    writeFileSync(file, bytes)
    const { status, stdout, error } = spawnSync('zbarimg', ['--raw', '-q', file], { encoding: 'utf8' })
    if (error) throw error
    return status === 0 ? stdout.replace(/\n$/, '') : ''
  } finally {
    rmSync(dir, { recursive: true })
  }
}

export function readQr(dataUrl) {
  const [head, base64] = dataUrl.split(',')
  if (head !== 'data:image/png;base64') throw new Error(`not a PNG data URL: ${head}`)
  const read = scan('qr.png', Buffer.from(base64, 'base64'))
  if (!read) throw new Error('there is no QR code in the picture')
  return read
}

/** Rows of pixels, true = dark; each is enlarged. */
export function scanPixels(rows, scale = 4) {
  const lines = rows.flatMap((row) => {
    const line = Buffer.alloc(row.length * scale)
    row.forEach((dark, x) => line.fill(dark ? 0 : 255, x * scale, (x + 1) * scale))
    return Array(scale).fill(line)
  })
  const head = `P5\n${rows[0].length * scale} ${rows.length * scale}\n255\n`
  return scan('screen.pgm', Buffer.concat([Buffer.from(head), ...lines]))
}
