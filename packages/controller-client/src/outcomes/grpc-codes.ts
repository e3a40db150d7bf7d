import { Code } from '@connectrpc/connect'
import type { ErrorCode, PravegaError } from '@pravega-ts/model'
import type { ControllerService } from '../generated/index.ts'
import { NO_SCOPE, NO_TABLE, type Refusal, refused, SEALED } from './refusal.ts'

// Every gRPC code, and what it stands for; as observed on Pravega 0.13.

export type Method = keyof typeof ControllerService.method

/** How often a call that failed so is sent again: as the retry policy says, a few times, not at all, with new credentials. */
export type Again = 'always' | 'briefly' | 'never' | 'withNewCredentials'

/** `'briefly'`: sendings in all. What a controller answers UNKNOWN or INTERNAL to is mostly the request's own fault. */
export const BRIEF_ATTEMPTS = 4

interface Rule extends Refusal {
  readonly again: Again
}

function rule(code: ErrorCode, again: Again, why: string, remedy: string): Rule {
  return { code, why, remedy, again, retriable: again === 'always' || again === 'briefly' }
}

const UNREACHED = rule(
  'UNAVAILABLE',
  'always',
  'no controller answered',
  'Check address, port and that the controller runs',
)
const BROKEN_OFF = rule('UNAVAILABLE', 'always', 'the call broke off before its answer', 'Repeat the call')
const WRONG_ARGUMENT = rule(
  'INVALID_ARGUMENT',
  'never',
  'the controller refuses an argument',
  'Check names, numbers and cuts of the call',
)

const CODES: Readonly<Record<Code, Rule>> = {
  [Code.Canceled]: BROKEN_OFF,
  [Code.Unknown]: rule(
    'CONTROLLER_FAILURE',
    'briefly',
    'the controller failed without saying why; mostly an argument or unreadable credentials are the reason',
    "Check the arguments, then the controller's log",
  ),
  [Code.InvalidArgument]: WRONG_ARGUMENT,
  [Code.DeadlineExceeded]: rule(
    'DEADLINE_EXCEEDED',
    'always',
    'the controller did not finish in its own time of about 120 s; the work goes on there',
    'Repeat the call later: it takes up what is already done',
  ),
  [Code.NotFound]: rule('STREAM_NOT_FOUND', 'never', 'the stream or its scope does not exist', 'Check the name'),
  [Code.AlreadyExists]: rule('CONTROLLER_FAILURE', 'never', 'something of that name exists', 'Choose another name'),
  [Code.PermissionDenied]: rule(
    'PERMISSION_DENIED',
    'never',
    'these credentials do not allow it',
    'Have the permission granted, or use other credentials',
  ),
  [Code.ResourceExhausted]: rule(
    'UNAVAILABLE',
    'always',
    'the controller has no capacity left',
    'Repeat the call later',
  ),
  [Code.FailedPrecondition]: rule(
    'CONTROLLER_FAILURE',
    'always',
    'two changes met in the metadata store',
    'Repeat the call',
  ),
  [Code.Aborted]: BROKEN_OFF,
  [Code.OutOfRange]: WRONG_ARGUMENT,
  [Code.Unimplemented]: rule(
    'UNIMPLEMENTED',
    'never',
    'this controller does not have the method',
    'Use a controller of a newer version',
  ),
  [Code.Internal]: rule('CONTROLLER_FAILURE', 'briefly', 'the controller failed', "Look at the controller's log"),
  [Code.Unavailable]: UNREACHED,
  [Code.DataLoss]: BROKEN_OFF,
  [Code.Unauthenticated]: rule(
    'UNAUTHENTICATED',
    'withNewCredentials',
    'the controller does not accept the credentials, or there are none',
    'Set the option "credentials"; the method (Basic, Bearer) is matched with upper and lower case',
  ),
}

interface Exception {
  readonly code: Code
  readonly methods?: readonly Method[]
  readonly message?: RegExp
  readonly is: Rule
}

/** What says more than its code alone. The first that fits counts. */
const EXCEPTIONS: readonly Exception[] = [
  { code: Code.Internal, message: /^Internal exception occurred/, is: WRONG_ARGUMENT },
  { code: Code.Internal, message: /State: SEALED/, is: { ...SEALED, again: 'never' } },
  {
    code: Code.Internal,
    message: /State: CREATING/,
    is: rule(
      'CONTROLLER_FAILURE',
      'briefly',
      'the stream is being made, or was left half made',
      'Repeat the call; if that does not help, delete the stream and create it again',
    ),
  },
  {
    code: Code.Unknown,
    methods: ['createTransaction'],
    message: /lease/,
    is: rule('LEASE_REFUSED', 'never', 'the lease is too short or too long', 'Give 10000 to 600000 ms'),
  },
  {
    code: Code.Unknown,
    methods: ['getSegmentsBetween', 'isStreamCutValid'],
    is: rule(
      'STREAM_CUT_INVALID',
      'never',
      'the cuts name segments that the stream does not have, or are in reverse order',
      'Give cuts of this stream, the earlier one first',
    ),
  },
  {
    code: Code.Unknown,
    methods: ['getControllerServerList'],
    is: rule(
      'UNIMPLEMENTED',
      'never',
      'this controller keeps no list of controllers, as a standalone one does',
      'Name the controllers in a tcp:// or tls:// URI',
    ),
  },
  {
    code: Code.Unavailable,
    message: /certificate|altnames|ERR_TLS|ERR_SSL|wrong version number|SSL routines|EPROTO/i,
    is: rule(
      'CONNECTION_FAILED',
      'never',
      'no TLS connection to the controller came about',
      'Check that the scheme fits (tcp or tls), that option "tls.ca" has the signing certificate and that the certificate names the host',
    ),
  },
  {
    code: Code.NotFound,
    methods: ['getEpochSegments', 'isStreamCutValid'],
    is: rule('NOT_FOUND', 'never', 'the stream, or an epoch of it, does not exist', 'Check name and epoch'),
  },
  { code: Code.NotFound, methods: ['getReaderGroupConfig'], is: { ...NO_SCOPE, again: 'never' } },
  { code: Code.NotFound, methods: ['getCurrentSegmentsKeyValueTable'], is: { ...NO_TABLE, again: 'never' } },
]

/** What did not come to a controller at all. */
const NOT_SENT = /^not sent|No connection established|Name resolution failed|ECONNREFUSED|ENOTFOUND|before call started/

/** Methods whose repetition after a lost answer would be refused, or hit somebody else's change. */
const ONCE: ReadonlySet<string> = new Set<Method>(['scale', 'updateReaderGroup'])
const AT_MOST_ONCE = rule(
  'UNAVAILABLE',
  'never',
  'the answer was lost, and it may have taken effect or not',
  'Look how things are, and repeat the call only if it has not taken effect',
)
const LEAVES_DOUBT: ReadonlySet<Code> = new Set([
  Code.Canceled,
  Code.Unknown,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.Internal,
  Code.Unavailable,
  Code.DataLoss,
])

/** A call that failed, and what is to be done about it. */
export interface Failure {
  readonly error: PravegaError
  readonly again: Again
}

/**
 * What a gRPC code stands for.
 *
 * @param message - The text that came with the code; trailers are never looked at, they can hold credentials.
 */
export function failure(method: string, subject: string, code: Code, message: string): Failure {
  const fits = ({ methods, message: pattern, ...exception }: Exception): boolean =>
    exception.code === code &&
    (methods === undefined || methods.includes(method as Method)) &&
    (pattern === undefined || pattern.test(message))
  let found = EXCEPTIONS.find(fits)?.is ?? CODES[code] ?? CODES[Code.Unknown]
  const retriable = found.again === 'always' || found.again === 'briefly'
  if (ONCE.has(method) && retriable && LEAVES_DOUBT.has(code) && !NOT_SENT.test(message)) found = AT_MOST_ONCE
  // What NOT_FOUND says is the name of an internal table.
  const said = message === '' || code === Code.NotFound ? {} : { answer: innermost(message) }
  return { error: refused(method, subject, found, { grpcCode: Code[code] ?? code, ...said }), again: found.again }
}

/** grpc-js wraps what the system said in what each of its balancers has to say. */
function innermost(message: string): string {
  const last = message.split('Last error: ').at(-1) ?? message
  return last.replace(/^Error: /, '').replace(/\.? ?Resolution note: \)?$/, '')
}
