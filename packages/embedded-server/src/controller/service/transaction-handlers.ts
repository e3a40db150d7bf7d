import {
  PingTxnStatus_Status,
  type TxnId,
  TxnResponse_Status,
  TxnState_State,
  TxnStatus_Status,
} from '@pravega-ts/controller-client/generated'
import { uuidFromHalves, uuidToHalves } from '@pravega-ts/model'
import type { ControllerContext } from '../operations/context.ts'
import { checkTransactionState, listCompletedTransactions } from '../operations/transaction-queries.ts'
import { abortTransaction, commitTransaction, createTransaction, pingTransaction } from '../operations/transactions.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { rangeMessage, streamOf } from './messages.ts'
import { tokenOn } from './segment-handlers.ts'

export function transactionHandlers(context: ControllerContext): ControllerHandlers {
  return {
    createTransaction: async (request, caller) => {
      const names = streamOf(request.streamInfo)
      const { id, segments } = await createTransaction(context, names.scope, names.stream, Number(request.lease))
      return {
        txnId: idMessage(id),
        activeSegments: segments.map(segment => rangeMessage(names, segment)),
        delegationToken: tokenOn(names, 'READ_UPDATE', caller),
      }
    },
    pingTransaction: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      const status = pingTransaction(context, scope, stream, idOf(request.txnId), Number(request.lease))
      return { status: PingTxnStatus_Status[status] }
    },
    commitTransaction: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      const mark = { writer: request.writerId, timestamp: request.timestamp }
      return { status: TxnStatus_Status[commitTransaction(context, scope, stream, idOf(request.txnId), mark)] }
    },
    abortTransaction: async request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { status: TxnStatus_Status[await abortTransaction(context, scope, stream, idOf(request.txnId))] }
    },
    checkTransactionState: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { state: TxnState_State[checkTransactionState(context, scope, stream, idOf(request.txnId))] }
    },
    listCompletedTransactions: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return {
        response: listCompletedTransactions(context, scope, stream).map(({ id, status }) => ({
          txnId: idMessage(id),
          status: TxnResponse_Status[status],
        })),
      }
    },
  }
}

function idOf(id: TxnId | undefined): string {
  return uuidFromHalves(id?.highBits ?? 0n, id?.lowBits ?? 0n)
}

function idMessage(id: string): { highBits: bigint; lowBits: bigint } {
  const { high, low } = uuidToHalves(id)
  return { highBits: high, lowBits: low }
}
