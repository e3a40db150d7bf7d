import { decodeFrame, encodeFrame, encodeFrameChunks } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { ALL_COMMANDS } from '../../src/commands/catalogue.ts'
import { plain } from '../support/plain.ts'
import { bytesOf, commandOf, loadVectors, type Vector } from '../vectors/vectors.ts'

const vectors = loadVectors<Vector>('wire-vectors.json')

describe('frames of the Java library', () => {
  it('cover every command', () => {
    expect(new Set(vectors.map(vector => vector.command))).toEqual(new Set(ALL_COMMANDS.map(codec => codec.name)))
    expect(ALL_COMMANDS).toHaveLength(72)
  })

  it.each(vectors.map((vector, index) => [`${index} ${vector.command} ${vector.note ?? ''}`, vector] as const))(
    '%s',
    (_, vector) => {
      const command = commandOf(vector)
      expect(plain(decodeFrame(bytesOf(vector.hex)))).toEqual(command)
      if (vector.decodeOnly === true || vector.trailingBytes !== undefined) return
      expect(Buffer.from(encodeFrame(command)).toString('hex')).toBe(vector.hex)
      expect(Buffer.concat(encodeFrameChunks(command)).toString('hex')).toBe(vector.hex)
    },
  )
})
