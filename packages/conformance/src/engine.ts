import { randomBytes } from 'node:crypto'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, describe, inject } from 'vitest'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Controller URI of the real server that all files of this run share; undefined: embedded server only. */
    pravegaControllerUri: string | undefined
  }
}

/** A server under test. The suite knows nothing else about it. */
export interface Engine {
  readonly name: 'embedded' | 'pravega'
  /** Valid from the first hook or test on. */
  readonly controllerUri: string
}

/** A name nobody else uses: the real server is shared by all files of a run. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}

/** Declares the same tests once for each engine of this run. The embedded server lives as long as the block. */
export function describeEngines(name: string, declare: (engine: Engine) => void): void {
  describe(`${name} (embedded)`, () => {
    let server: EmbeddedServer | undefined
    beforeAll(async () => {
      server = await EmbeddedServer.start()
    })
    afterAll(async () => {
      await server?.close()
    })
    declare({
      name: 'embedded',
      get controllerUri(): string {
        if (server === undefined) throw new Error('the embedded server is up only inside tests and hooks')
        return server.controllerUri
      },
    })
  })
  const controllerUri = inject('pravegaControllerUri')
  if (controllerUri !== undefined) {
    describe(`${name} (pravega)`, () => declare({ name: 'pravega', controllerUri }))
  }
}
