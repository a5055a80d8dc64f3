// A network of a program's own, in which only loopback leads anywhere: that is where all configured hosts of a test are. Every other
// packet, DNS included, takes the default route to an interface behind which there is nobody, and is seen there.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Root needs no namespace of users; where it may not have one of networks, nobody may.
const enter = ['unshare', ...(process.getuid() === 0 ? [] : ['--user', '--map-root-user']), '--net', '--mount']

const END = '192.0.2.99'

const SCRIPT = `set -eu
ip link set lo up
ip link add outside type veth peer name nobody
for end in outside nobody; do ip link set "$end" addrgenmode none arp off up; done
ip address add 192.0.2.2/24 dev outside
ip -6 address add 2001:db8::2/64 dev outside nodad
ip route add default via 192.0.2.1
ip -6 route add default via 2001:db8::1
printf 'nameserver 192.0.2.53\\noptions timeout:1 attempts:1\\n' >"$0/resolv.conf"
mount --bind "$0/resolv.conf" /etc/resolv.conf
# The kernel itself says to the others of a link which groups it is in.
tcpdump -Z "$(id -un)" -i outside -Q out -n -l --immediate-mode 'not (ip6 dst ff02::16 or ip6 dst ff02::2)' >"$0/packets" 2>"$0/tcpdump" &
watcher=$!
until grep -q 'listening on' "$0/tcpdump"; do kill -0 "$watcher"; sleep 0.02; done
status=0
"$@" || status=$?
# The last packet is ours: once it is seen, so is everything before it.
"$NODE" -e 'require("dgram").createSocket("udp4").send("end", 9, "${END}", () => process.exit())'
until grep -q '${END}' "$0/packets"; do kill -0 "$watcher"; sleep 0.02; done
kill -INT "$watcher"
wait "$watcher" || true
exit "$status"
`

/** Why there can be no such network here; undefined if there can. */
export function whyNot() {
  const missing = ['ip', 'tcpdump', 'unshare'].find((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing) return `${missing} is missing; tools/test installs it`
  const tried = spawnSync(enter[0], [...enter.slice(1), 'ip', 'link', 'add', 'outside', 'type', 'veth'], { encoding: 'utf8' })
  return tried.status === 0 ? undefined : `networks of one's own are not allowed here: ${tried.stderr.trim()}`
}

/** Runs it out here: {status, output}. */
export function inThisNetwork([program, ...args], env = process.env) {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

/** Runs it in there; resolves with {status, output, left: a line for each packet that was for somewhere else}. */
export async function inClosedNetwork(command, env = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'colibri-network-'))
  try {
    const child = spawn(enter[0], [...enter.slice(1), 'sh', '-c', SCRIPT, folder, ...command], {
      env: { ...env, NODE: process.execPath },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        output += bytes
      })
    const status = await new Promise((resolve) => child.once('close', resolve))
    const packets = existsSync(join(folder, 'packets')) ? readFileSync(join(folder, 'packets'), 'utf8').split('\n') : []
    if (!packets.some((line) => line.includes(END))) throw new Error(`nobody has watched the network: ${output}`)
    const left = packets.filter((line) => line && !line.includes(END))
    return { status, output, left }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
