// The socket.io of npm as its manual has it: a namespace, and a route that emits one event of about a kilobyte to all.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const server = createServer((request, response) => {
  if (request.url !== '/emit') return
  namespace.emit('send.message', { event: 'send.message', instance: 'shop', data: { text: 'x'.repeat(1000) } })
  response.end('{}')
})
const namespace = new Server(server).of('/shop')
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
