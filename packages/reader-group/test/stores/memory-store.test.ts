import { MemoryGroup, memoryStore } from '../../src/index.ts'
import { describeStore } from './store-behaviour.ts'

describeStore('memoryStore', () => {
  const group = new MemoryGroup()
  return {
    member: () => memoryStore(group),
    interfere(meanwhile) {
      group.beforeWrite = async () => {
        group.beforeWrite = undefined
        await meanwhile()
      }
    },
    async delete() {
      group.delete()
    },
  }
})
