import { ClientFactory, type StreamManager } from '@pravega-ts/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { collect } from './collect.ts'

describeEngines('scopes', engine => {
  let factory: ClientFactory
  let manager: StreamManager
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    manager = factory.streamManager()
  })
  afterAll(() => factory.close())

  it('are made once, and deleted once', async () => {
    const scope = uniqueName('scope')
    expect(await manager.scopeExists(scope)).toBe(false)
    expect(await manager.createScope(scope)).toBe(true)
    expect(await manager.createScope(scope)).toBe(false)
    expect(await manager.scopeExists(scope)).toBe(true)
    expect(await manager.deleteScope(scope)).toBe(true)
    expect(await manager.deleteScope(scope)).toBe(false)
    expect(await manager.scopeExists(scope)).toBe(false)
  })

  it('are listed, those of Pravega only on demand', async () => {
    const scope = uniqueName('scope')
    await manager.createScope(scope)
    const listed = await collect(manager.listScopes())
    expect(listed).toContain(scope)
    expect(listed.filter(name => name.startsWith('_'))).toEqual([])
    expect(await collect(manager.listScopes({ includeInternal: true }))).toContain('_system')
  })

  it('with streams in them are deleted only when asked to', async () => {
    const scope = uniqueName('scope')
    await manager.createScope(scope)
    await manager.createStream(`${scope}/open`)
    await manager.createStream(`${scope}/sealed`)
    await manager.sealStream(`${scope}/sealed`)
    await expect(manager.deleteScope(scope)).rejects.toMatchObject({ code: 'SCOPE_NOT_EMPTY' })
    expect(await manager.deleteScope(scope, { recursive: true })).toBe(true)
    expect(await manager.deleteScope(scope, { recursive: true })).toBe(false)
    expect(await manager.scopeExists(scope)).toBe(false)
  })

  it.each(['_mine', 'two words', '', 'a/b', 'ü'])('are refused with the name %j', async scope => {
    await expect(manager.createScope(scope)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
