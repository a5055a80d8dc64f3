// Tests only: named points where the process kills itself, as a crash would, to prove that nothing is lost.
// `at` is "point" or "point:n" (the n-th time). Points: see ../README.md.

export class Stops {
  #point;
  #left;

  constructor(at = '') {
    const [point, count] = at.split(':');
    this.#point = point;
    this.#left = Number(count ?? 1);
  }

  waitsFor(point) {
    return this.#point === point;
  }

  reach(point) {
    if (!this.waitsFor(point) || --this.#left > 0) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;); // not one more instruction of ours
  }
}
