import { HostileCrowd } from '../support/hostile-crowd.ts'

const [port, count] = process.argv.slice(2).map(Number) as [number, number]
const crowd = await HostileCrowd.gather({ host: '127.0.0.1', port }, count)
process.on('message', () => process.send?.(crowd.left))
process.on('disconnect', () => process.exit())
process.send?.(crowd.left)
