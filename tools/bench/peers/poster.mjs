// The plain way to send webhooks from Node.js: keep-alive, eight requests at a time, nothing stored, nothing
// signed, nothing tried again. Arguments: URL, number of events, size of a body. Prints one line of JSON.
import { Agent, request } from 'node:http'

const [url, count, size] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const agent = new Agent({ keepAlive: true, maxSockets: 8 })
const data = { text: 'x'.repeat(size) }

function post(id) {
  const body = JSON.stringify({
    event: 'messages.upsert',
    instance: 'bench',
    data,
    destination: url,
    date_time: new Date().toISOString(),
    server_url: 'http://127.0.0.1:8080',
    apikey: null,
  })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'webhook-id': id }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => (answer.statusCode === 204 ? resolve() : reject(new Error(`${answer.statusCode}`))))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

let next = 0
const one = async () => {
  while (next < count) await post(`event-${++next}`)
}
const begin = performance.now()
await Promise.all(Array.from({ length: 8 }, one))
const ms = performance.now() - begin
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ ms, cpu: user + system }))
agent.destroy()
