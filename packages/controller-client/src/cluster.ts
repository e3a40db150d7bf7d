import type { CallOptions, Endpoint } from '@pravega-ts/model'
import { refuse } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerToBucketMappingRequest_BucketType as Bucket, ControllerService } from './generated/index.ts'
import { endpointOf } from './messages.ts'

/** The controllers themselves. */
export interface ClusterCalls {
  /**
   * Where the live controllers are. Needs no credentials.
   *
   * @throws PravegaError `UNIMPLEMENTED` on a standalone server up to 0.13
   */
  getControllerServerList(options?: CallOptions): Promise<readonly Endpoint[]>
  /**
   * Which controller does which shares of a background service: controller host to numbers of shares.
   *
   * @throws PravegaError `UNIMPLEMENTED` up to 0.13
   */
  getControllerToBucketMapping(
    bucketService: 'retention' | 'watermarking',
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, readonly number[]>>
}

const BUCKETS = { retention: Bucket.RetentionService, watermarking: Bucket.WatermarkingService } as const

const service = ControllerService.method

export function clusterCalls(calls: Calls): ClusterCalls {
  return {
    async getControllerServerList(options) {
      const { nodeURI } = await calls.send(service.getControllerServerList, 'the cluster', {}, options)
      return nodeURI.map(endpointOf)
    },
    async getControllerToBucketMapping(bucketService, options) {
      if (!Object.hasOwn(BUCKETS, bucketService)) {
        const why = 'it is neither "retention" nor "watermarking"'
        throw refuse('background service', bucketService, why, 'Give one of those')
      }
      const request = { serviceType: BUCKETS[bucketService] }
      const { mapping } = await calls.send(service.getControllerToBucketMapping, 'the cluster', request, options)
      return new Map(Object.entries(mapping).map(([host, { id }]) => [host, id]))
    },
  }
}
