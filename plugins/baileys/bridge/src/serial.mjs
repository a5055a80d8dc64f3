/** Runs one piece of asynchronous work after the other, in the order of the calls. */
export class Serial {
  #last = Promise.resolve();

  /** @returns {Promise} of what `work` returns or throws; the next runs either way */
  run(work) {
    const result = this.#last.then(work);
    this.#last = result.then(() => {}, () => {});
    return result;
  }
}
