// Numbers that a seed repeats (xorshift32).
export class Random {
  constructor(seed) {
    this.state = seed >>> 0 || 1
  }
  /** 0 <= n < `below` */
  next(below) {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    this.state >>>= 0
    return this.state % below
  }
  of(list) {
    return list[this.next(list.length)]
  }
}
