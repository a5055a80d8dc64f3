// The plain way to publish events from Node.js with confirms: amqplib, persistent and mandatory messages, `width` at a time, each
// awaited; nothing stored, nothing tried again. Arguments: URI, exchange, queue, count, size of a body, width. Prints one line of JSON.
import { createRequire } from 'node:module'
const { connect } = createRequire(new URL('../../../tests/package.json', import.meta.url))('amqplib')

const [, , uri, exchange, queue, ...numbers] = process.argv
const [count, size, width] = numbers.map(Number)
const connection = await connect(uri)
const channel = await connection.createConfirmChannel()
await channel.assertExchange(exchange, 'topic', { durable: true })
await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
await channel.bindQueue(queue, exchange, 'messages.upsert')
const data = { text: 'x'.repeat(size) }

function publish(n) {
  const body = Buffer.from(
    JSON.stringify({
      event: 'messages.upsert',
      instance: 'bench',
      data,
      date_time: new Date().toISOString(),
      server_url: 'http://127.0.0.1:8080',
      apikey: null,
    }),
  )
  const options = { persistent: true, mandatory: true, messageId: `event-${n}`, contentType: 'application/json' }
  return new Promise((resolve, reject) => {
    channel.publish(exchange, 'messages.upsert', body, options, (error) => (error ? reject(error) : resolve()))
  })
}

let next = 0
const one = async () => {
  while (next < count) await publish(++next)
}
const begin = performance.timeOrigin + performance.now()
const before = process.cpuUsage()
await Promise.all(Array.from({ length: width }, one))
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ begin, cpu: user + system }))
await connection.close()
