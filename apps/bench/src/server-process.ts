import { EmbeddedServer } from '@pravega-ts/embedded-server'

// A process of its own, so that the server's CPU time and memory are not counted as the client's.
const server = await EmbeddedServer.start()
process.send?.({ controllerUri: server.controllerUri })
process.on('disconnect', () => void server.close())
