// What a process of the same user sees of another one, as a bridge that was taken over would try.
import { spawnSync } from 'node:child_process'

// Root may look at everything; without rights it is a user like any other, to processes that have none either.
const withoutRight = process.getuid() === 0 ? ['setpriv', '--bounding-set=-all'] : []

/** A Gateway's launcher: the daemon gets no rights, so whoever has none is its equal. */
export const equalsLauncher = withoutRight

/** Whether an equal of the process can open that file of its folder in /proc, and read a byte of it. */
export function canRead(pid, file) {
  // Nothing is mapped at the start of the memory: there, that it may be opened is all there is to see.
  const script = file === 'mem' ? 'exec 3<"$0"' : 'head -c1 "$0" | grep -q .'
  const [program, ...args] = [...withoutRight, 'sh', '-c', script, `/proc/${pid}/${file}`]
  return spawnSync(program, args).status === 0
}
