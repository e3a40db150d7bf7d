/** How a controller call is made to fail: a gRPC status. */
export interface ControllerFailure {
  /** gRPC status code, for instance 14 for UNAVAILABLE. */
  readonly code: number
  readonly message: string
}

/** What the controller asks before it serves a call. */
export interface ControllerFaultGate {
  /**
   * @param method name of the call as in the service definition, for instance `createScope`.
   * @returns undefined when the call goes ahead at once; else a promise that settles after the delay, with the status to
   * answer or with undefined to go ahead. For a dropped call it never settles.
   */
  beforeControllerCall(method: string): Promise<ControllerFailure | undefined> | undefined
}
