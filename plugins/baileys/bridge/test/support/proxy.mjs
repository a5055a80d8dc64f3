import net from 'node:net';

/** A wire between the bridge and the simulator that can go dead without anybody being told. */
export class Proxy {
  #sockets = new Set();
  silent = false;

  static async to(port) {
    const proxy = new Proxy();
    proxy.server = net.createServer((near) => proxy.#join(near, net.connect(port, '127.0.0.1')));
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url() { return `ws://127.0.0.1:${this.server.address().port}/ws/chat`; }

  #join(near, far) {
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => { if (!this.silent) to.write(data); });
      from.on('close', () => { this.#sockets.delete(from); to.destroy(); });
    }
  }

  /** Nobody can connect, all connections break. */
  async cut() {
    const port = this.server.address().port;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    return port;
  }

  async close() {
    if (this.server.listening) await this.cut();
  }
}
