// Express 5 answering a constant JSON object: no key check, no log, nothing stored.
import express from 'express'

const app = express()
app.get('/:instance/instance/connectionState', (request, response) => {
  response.json({ instance: request.params.instance, state: 'close' })
})
app.get('/health', (request, response) => {
  response.json({ status: 'ok' })
})
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
server.keepAliveTimeout = 75_000 // as long as the gateway's
process.on('SIGTERM', () => process.exit(0))
