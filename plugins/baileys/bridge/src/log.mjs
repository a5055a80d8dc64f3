// Lines for the daemon's log, and the logger that baileys wants. Constant texts and small fields only: what
// baileys passes as data (stanzas, credentials, errors with stacks) never leaves this process.

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const PER_WINDOW = 50;
const WINDOW_MS = 10_000;

export class Log {
  #send;
  #least;
  #left = PER_WINDOW;
  #until = 0;

  /** @param {(header: object) => void} send */
  constructor(send, level = 'warn') {
    this.#send = send;
    this.setLevel(level);
  }

  setLevel(level) {
    this.#least = Math.max(0, LEVELS.indexOf(level ?? 'warn'));
  }

  write(level, message, fields = {}) {
    if (LEVELS.indexOf(level) < this.#least || !this.#mayWrite()) return;
    this.#send({ t: 'log', level, message, fields });
  }

  debug(message, fields) { this.write('debug', message, fields); }
  info(message, fields) { this.write('info', message, fields); }
  warn(message, fields) { this.write('warn', message, fields); }
  error(message, fields) { this.write('error', message, fields); }

  #mayWrite() {
    const now = Date.now();
    if (now > this.#until) {
      this.#until = now + WINDOW_MS;
      this.#left = PER_WINDOW;
    }
    return this.#left-- > 0;
  }
}

/** @returns a logger for baileys: its texts at `warn` and above, digits struck out, its data dropped */
export function baileysLogger(log, k) {
  const logger = { level: 'warn', child: () => logger, trace() {}, debug() {}, info() {} };
  for (const level of ['warn', 'error', 'fatal']) {
    logger[level] = (...args) => {
      const text = args.find((arg) => typeof arg === 'string') ?? 'baileys';
      log.write(level === 'warn' ? 'debug' : 'warn', text.slice(0, 120).replace(/\d{3,}/g, '…'), { k });
    };
  }
  return logger;
}
