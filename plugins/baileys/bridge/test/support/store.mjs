// The daemon's store as the bridge sees it: key-value records and an event log, one commit at a time, all or
// nothing. Outlives the bridges that work on it.
export class Store {
  records = new Map(); // "k key" -> Buffer
  log = []; // {k, type, chat, body, ...}, in order
  repeats = 0; // events that were there already
  commits = 0;
  #dedupe = new Set();

  get(k, key) {
    return this.records.get(`${k} ${key}`) ?? null;
  }

  keys(k, prefix = '') {
    const start = `${k} ${prefix}`;
    return [...this.records.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(`${k} `.length)).sort();
  }

  scan(k, prefix, after, limit) {
    const keys = this.keys(k, prefix).filter((key) => key > after).slice(0, limit);
    return keys.map((key) => ({ key, value: this.get(k, key) }));
  }

  commit(k, drafts, ops) {
    this.commits += 1;
    for (const { key, value } of ops) {
      if (value === null) this.records.delete(`${k} ${key}`);
      else this.records.set(`${k} ${key}`, Buffer.from(value));
    }
    for (const { dedupe, body, ...draft } of drafts) {
      const name = `${k} ${dedupe}`;
      if (dedupe && this.#dedupe.has(name)) {
        this.repeats += 1;
        continue;
      }
      if (dedupe) this.#dedupe.add(name);
      this.log.push({ k, dedupe, ...draft, body: JSON.parse(body.toString('utf8')) });
    }
  }
}
