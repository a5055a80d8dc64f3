/**
 * Nothing leaves for the network before everything decided so far is durable: the ratchet that encrypted a
 * message, the record of a message about to be confirmed, the credentials of a pairing about to
 * be accepted. So a crash never leaves the network knowing more than the store.
 *
 * Wraps `send` of a WebSocket of the ws package, keeping the order of the frames. A failed store
 * ends the socket elsewhere; here its frames are just never sent.
 *
 * @param {{send: Function}} socket
 * @param {() => Promise<void>|null} durable null: nothing is waiting
 * @param {() => void} onSent a frame was handed to the kernel
 */
export function gateSends(socket, durable, onSent) {
  const send = socket.send.bind(socket);
  const deliver = (data, done) => send(data, (error) => {
    if (!error) onSent();
    done?.(error);
  });
  let last = null;
  socket.send = (data, done) => {
    const saved = durable();
    if (!saved && !last) return deliver(data, done);
    const mine = Promise.all([last, saved]).then(() => deliver(data, done), (error) => done?.(error));
    last = mine;
    void mine.then(() => { if (last === mine) last = null; });
  };
}
