// Imported before anything else: libsignal prints whole session objects, private keys included, to the
// console. What the bridge has to say goes through `log` frames (see log.mjs).
for (const name of Object.keys(console)) {
  if (typeof console[name] === 'function') console[name] = () => {};
}
