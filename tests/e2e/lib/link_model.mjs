// What may become of an instance in a walk of tests/e2e/states, from what was done to it. `ends` are the states in which it may come to rest:
//   open   the API says open and the simulator holds a live link
//   close  the API says close and there is no link
//   qr     the API says connecting and shows a QR code
// What was done last may overtake what was done before as long as that has not settled, so there may be several.

export class LinkModel {
  ends = new Set(['open'])
  linked = new Set([true]) // whether it holds credentials: both = it depends on who was first
  refusing = false // WhatsApp refuses its logins for good
  gone = false // the account does not know the device any more
  settled = true
  opens = false // it was asked to open since it settled
  loose = false // a command that nobody waits for is under way

  /** It came to rest as `end`; `linked`: what the API says of the account. */
  rest(end, linked) {
    this.ends = new Set([end])
    this.linked = new Set([linked])
    this.settled = true
    this.opens = this.loose = false
  }

  /** A link that breaks comes back, and with it may one whose final end was lost on the way. */
  transient() {
    if (!this.settled && this.ends.has('close') && this.linked.has(true) && !this.refusing) this.ends.add('open')
    this.settled = false
  }

  /** An end for good that a live link is told. */
  final() {
    if (this.settled) this.ends.clear()
    this.ends.add('close')
    this.settled = false
  }

  refuse() {
    this.refusing = true
    this.final()
  }

  /** Of what rests nobody finds out before it is opened. */
  unlink() {
    this.gone = true
    if (this.settled && !this.ends.has('open')) return
    this.ends = new Set(this.opens ? ['close', 'qr'] : ['close'])
    this.linked = new Set([false])
    this.settled = false
  }

  logout() {
    this.ends = new Set(this.loose ? ['close', 'qr'] : ['close'])
    this.linked = new Set([false])
    this.settled = false
    this.loose = true
  }

  /** Answered when it has begun: what was there before gives way. */
  restart() {
    const isLate = !this.settled && this.linked.has(false) // a logout or an unlinking may still come after it
    this.ends = this.#opened()
    if (isLate) this.ends.add('close')
    this.settled = false
    this.opens = true
  }

  /** Opens what is at rest; nobody waits for the answer. */
  connect() {
    if (this.settled && !this.ends.has('close')) return
    const opened = this.#opened()
    this.ends = this.settled ? opened : new Set([...this.ends, ...opened])
    this.settled = false
    this.opens = this.loose = true
  }

  #opened() {
    const ends = new Set()
    if (this.linked.has(true)) ends.add(this.refusing || this.gone ? 'close' : 'open')
    if (this.linked.has(false)) ends.add('qr')
    return ends
  }
}
