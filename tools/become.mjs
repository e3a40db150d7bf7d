import { constants } from 'node:os'

/** Lets a child process stand for this one: signals go to it, and its end is the end of this one. */
export function become(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
