// What a phone's camera would read from the PNG data URL of an answer.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function readQr(dataUrl) {
  const [head, base64] = dataUrl.split(',')
  if (head !== 'data:image/png;base64') throw new Error(`not a PNG data URL: ${head}`)
  const dir = mkdtempSync(join(tmpdir(), 'colibri-qr-'))
  try {
    const file = join(dir, 'qr.png')
    writeFileSync(file, Buffer.from(base64, 'base64'))
    return execFileSync('zbarimg', ['--raw', '-q', file], { encoding: 'utf8' }).replace(/\n$/, '')
  } finally {
    rmSync(dir, { recursive: true })
  }
}
