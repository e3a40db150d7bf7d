export { describeEngines, type Engine, uniqueName } from './engine.ts'
export { type Fate, FaultProxy, UNHARMED } from './fault-proxy.ts'
export { type PravegaServer, startPravegaServer } from './pravega-server.ts'
export { seededRandom } from './random.ts'
