// A program for tests: a gateway with the plugins that the arguments name, started and stopped again.
import { Gateway } from './gateway.mjs'

const plugins = process.argv.slice(2).map((alias) => `  ${alias}: {}\n`)
const gateway = await new Gateway({ config: plugins.join('') }).start()
await gateway.stop()
await gateway.remove()
