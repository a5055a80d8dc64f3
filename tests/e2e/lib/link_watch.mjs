// Compares without pause what the API says with what the simulator knows: does it hold a live link of that device?
export class LinkWatch {
  lies = [] // what differed for longer than its bound
  looks = 0
  states = new Map() // of the latest look: name -> row of the API
  #since = new Map() // name -> when the two began to differ
  #over = false
  #loop

  /** @param rows () => Promise of the API's instances; @param subjects () => [{name, bound (ms), online}] */
  constructor(rows, subjects) {
    this.rows = rows
    this.subjects = subjects
    this.#loop = this.#run()
  }
  async #run() {
    while (!this.#over) {
      await this.look()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  async look() {
    const rows = await this.rows()
    this.states = new Map(rows.map((row) => [row.instanceName, row]))
    this.looks++
    for (const one of this.subjects()) this.#compare(one, this.states.get(one.name)?.status)
  }
  #compare({ name, bound, online }, says) {
    if ((says === 'open') === online) return void this.#since.delete(name)
    const began = this.#since.get(name)
    if (began === undefined) return void this.#since.set(name, Date.now())
    const ms = Date.now() - began
    if (ms > bound) this.lies.push(`${name}: the API says ${says} and the link is ${online ? 'up' : 'down'}, for ${ms} ms`)
  }
  async end() {
    this.#over = true
    await this.#loop
  }
}
