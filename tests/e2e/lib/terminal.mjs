// A program in a terminal of its own: a pseudo terminal (util-linux's `script`), and what its window shows.
import { spawn } from 'node:child_process'
import { scanPixels } from './qr.mjs'
import { until } from './wait.mjs'

const CUBE = { 16: 'black', 231: 'white' }
const quoted = (word) => `'${String(word).replaceAll("'", `'\\''`)}'`

export class Terminal {
  /** Runs `command` in a window of that size. */
  constructor(command, { env, columns = 100, rows = 45 } = {}) {
    Object.assign(this, { columns, rows, row: 0, column: 0, colours: {}, rest: '', strange: [], raw: '' })
    this.cells = this.#blank()
    const line = `tty; stty cols ${columns} rows ${rows}; exec ${command.map(quoted).join(' ')}`
    this.child = spawn('script', ['-qfec', line, '/dev/null'], {
      env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)))
    this.child.stdout.setEncoding('utf8').on('data', (text) => this.#take(text))
  }

  #blank() {
    return Array.from({ length: this.rows }, () => Array.from({ length: this.columns }, () => ({ text: ' ' })))
  }

  #take(text) {
    this.raw += text
    if (!this.device) {
      const first = this.raw.match(/^(\/dev\/\S+)\r\n/) // what `tty` says is not the program's
      if (!first) return
      this.device = first[1]
      text = this.raw.slice(first[0].length)
      this.raw = text
    }
    text = this.rest + text
    this.rest = ''
    for (let at = 0; at < text.length; ) {
      if (text[at] === '\x1b') {
        const sequence = text.slice(at).match(/^\x1b\[([\d;]*)([A-Za-z])/)
        if (!sequence && text.length - at < 32) {
          this.rest = text.slice(at)
          return
        }
        this.#obey(sequence?.[2], sequence?.[1] ?? '', sequence?.[0] ?? text.slice(at, at + 8))
        at += sequence?.[0].length ?? 1
      } else {
        const character = String.fromCodePoint(text.codePointAt(at))
        this.#put(character)
        at += character.length
      }
    }
  }

  #obey(letter, numbers, sequence) {
    const [first = 0, ...others] = numbers.split(';').map(Number)
    const clear = (row, from) => this.cells[row].fill({ text: ' ' }, from)
    if (letter === 'A') this.row = Math.max(0, this.row - (first || 1))
    else if (letter === 'H' && numbers === '') this.row = this.column = 0
    else if (letter === 'K' && numbers === '') clear(this.row, this.column)
    else if (letter === 'J' && (first === 0 || first === 2)) {
      if (first === 0) clear(this.row, this.column)
      for (let row = first === 2 ? 0 : this.row + 1; row < this.rows; row++) clear(row, 0)
    } else if (letter === 'm' && numbers === '0') this.colours = {}
    else if (letter === 'm' && others.join(';') === '5;16;48;5;231') this.colours = { ink: CUBE[16], paper: CUBE[231] }
    else this.strange.push(sequence)
  }

  #put(character) {
    if (character === '\r') this.column = 0
    else if (character === '\n') this.#feed()
    else if (character < ' ' || (character >= '\x7f' && character <= '\x9f')) this.strange.push(character)
    else {
      if (this.column === this.columns) {
        this.column = 0
        this.#feed()
      }
      this.cells[this.row][this.column++] = { text: character, ...this.colours }
    }
  }

  #feed() {
    if (++this.row < this.rows) return
    this.row--
    this.cells.push(this.cells.shift().map(() => ({ text: ' ' })))
  }

  /** What stands in the window, a line each, without blanks at the end. */
  get lines() {
    return this.cells.map((row) => row.map(({ text }) => text).join('').trimEnd())
  }
  get text() {
    return this.lines.join('\n').trim()
  }

  /** The row and column where the drawing of a code begins; undefined: there is none. */
  get drawingAt() {
    const row = this.cells.findIndex((cells) => cells.some(({ paper }) => paper))
    return row < 0 ? undefined : [row, this.cells[row].findIndex(({ paper }) => paper)].join()
  }

  /** What a camera reads from the window; '' if nothing. `dark`: the colours of what has none of its own. */
  scan({ dark = true } = {}) {
    const [ink, paper] = dark ? ['white', 'black'] : ['black', 'white']
    const rows = this.cells.flatMap((cells) => {
      const halves = cells.map((cell) => {
        const [on, off] = [cell.ink ?? ink, cell.paper ?? paper]
        return { '▀': [on, off], '▄': [off, on], '█': [on, on] }[cell.text] ?? [off, off]
      })
      return [0, 1].map((half) => halves.map((pair) => pair[half] === 'black'))
    })
    return scanPixels(rows)
  }

  /** The same once there is a code that is not `other`. */
  code(other = '') {
    return until(
      () => `a code; the window shows:\n${this.text}`,
      () => {
        if (!this.drawingAt) return undefined
        const read = this.scan()
        return read !== other && read
      },
      20_000,
    )
  }

  shows(pattern) {
    return until(
      () => `${pattern}; the window shows:\n${this.text}`,
      () => pattern.test(this.text) && this.text,
      10_000,
    )
  }

  type(keys) {
    this.child.stdin.write(keys)
  }

  /** The user pulls at the window. */
  resize(columns, rows) {
    this.columns = columns
    this.rows = rows
    this.row = this.column = 0
    this.cells = this.#blank()
    const stty = spawn('stty', ['-F', this.device, 'cols', String(columns), 'rows', String(rows)])
    return new Promise((resolve) => stty.once('close', resolve))
  }

  end() {
    if (this.child.exitCode === null) this.child.kill('SIGKILL')
  }
}
