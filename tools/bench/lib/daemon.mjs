// The gateway as the benchmarks run it: the real program, logging as it does by default.
import { Gateway } from '../../../tests/e2e/lib/gateway.mjs'

export const quiet = { LOG_LEVEL: 'info' }

/** A running gateway with one instance that was never connected, and the route the HTTP benchmarks ask for. */
export async function gatewayWithInstance() {
  const gateway = await new Gateway({ env: quiet }).start()
  const created = await gateway.call('POST', '/instance/create', { body: { instanceName: 'a' } })
  if (created.status !== 201) throw new Error(`no instance: ${created.text}`)
  const target = { url: `${gateway.url}/a/instance/connectionState`, pid: gateway.pid, key: gateway.key }
  return { gateway, target }
}
