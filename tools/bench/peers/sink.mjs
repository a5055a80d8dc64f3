// A webhook receiver that answers 204 and counts. Argument: how many different events to expect; when they
// all are there it prints one line of JSON, with the time of the last in milliseconds since the epoch.
import { createServer } from 'node:http'

const expected = Number(process.argv[2])
const ids = new Set()
let posts = 0
let bytes = 0

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.on('data', (part) => {
    bytes += part.length
  })
  request.on('end', () => {
    response.writeHead(204).end()
    posts += 1
    const before = ids.size
    ids.add(request.headers['webhook-id'])
    if (ids.size === expected && before !== expected)
      console.log(JSON.stringify({ posts, bytes, lastAt: performance.timeOrigin + performance.now() }))
  })
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/hook`))
process.on('SIGTERM', () => process.exit(0))
