// The peer: Express 5 answering a constant JSON object, no key check, no logging.
import express from 'express';

const app = express();
app.get('/:instance/instance/connectionState', (request, response) => {
  response.json({ instance: { instanceName: request.params.instance, state: 'open' } });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => process.exit(0));
