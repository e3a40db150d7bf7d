import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The server that a run talks to. */
export interface BenchEngine extends AsyncDisposable {
  readonly name: 'embedded' | 'given'
  readonly controllerUri: string
}

/** The cluster at `controller`, or an embedded server in a child process that ends with this one. */
export async function openEngine(controller: string | undefined): Promise<BenchEngine> {
  if (controller !== undefined) {
    return { name: 'given', controllerUri: controller, [Symbol.asyncDispose]: async () => {} }
  }
  const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), { stdio: 'inherit' })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the embedded server ended with ${code} before it was ready`)
    }),
  ])
  return {
    name: 'embedded',
    controllerUri: message.controllerUri,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
