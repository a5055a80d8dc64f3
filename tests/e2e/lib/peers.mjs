// The other people: real baileys clients paired with the same simulator.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, post } from '../../wasim/client.mjs'

/** A linked companion of `phone`, connected and open. */
export async function pairedPeer(sim, name, phone) {
  const peer = new Client(name, { url: sim.url, dir: mkdtempSync(join(tmpdir(), 'colibri-peer-')) })
  peer.onQr = (qr) =>
    post(sim.adminUrl, 'scan-qr', { qr, phone, name }).catch((error) => {
      peer.scanError = error
    })
  await peer.connect()
  await peer.open()
  return peer
}
