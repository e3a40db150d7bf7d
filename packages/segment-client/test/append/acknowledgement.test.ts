import { PravegaError } from '@pravega-ts/model'
import { expect, test } from 'vitest'
import { Acknowledgement } from '../../src/index.ts'

const lost = new PravegaError('CLOSED', 'the writer is closed')

test('those who ask before and after are told the first outcome', async () => {
  const acknowledgement = new Acknowledgement()
  const before = acknowledgement.promise
  expect(acknowledgement.settle(lost)).toBe(true)
  expect(acknowledgement.settle(undefined)).toBe(false)
  await expect(before).rejects.toBe(lost)
  await expect(acknowledgement.promise).rejects.toBe(lost)
})

test('what is durable before anybody asks is told at once', async () => {
  const acknowledgement = new Acknowledgement()
  expect(acknowledgement.settle(undefined)).toBe(true)
  await expect(acknowledgement.promise).resolves.toBe(undefined)
})
