// Consumes queues until `count` different events came: prints one line of JSON with when, and how many messages it took.
// Arguments: URI, count, queues. It makes the queues if they are not there.
import { createRequire } from 'node:module'
const { connect } = createRequire(new URL('../../../tests/package.json', import.meta.url))('amqplib')

const [, , uri, count, ...queues] = process.argv
const connection = await connect(uri)
const channel = await connection.createChannel()
await channel.prefetch(2000)
const ids = new Set()
let messages = 0
let unacknowledged = 0
for (const queue of queues) {
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await channel.consume(queue, (message) => {
    ids.add(message.properties.messageId)
    ++messages
    if (++unacknowledged >= 500 || ids.size === Number(count)) {
      channel.ackAll()
      unacknowledged = 0
    }
    if (ids.size === Number(count)) console.log(JSON.stringify({ messages, lastAt: performance.timeOrigin + performance.now() }))
  })
}
console.log('http://consuming')
process.stdin.resume()
process.on('SIGTERM', () => process.exit())
