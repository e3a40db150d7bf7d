/** The certificate that both ports show, and who signs those of clients. */
export type ServerTlsOptions = TlsTexts | TlsFiles

/** PEM texts. */
export interface TlsTexts {
  /** The certificate, followed by those of the authorities between it and the root. */
  readonly cert: string
  /** The private key of `cert`, not encrypted. */
  readonly key: string
  /** Authorities of client certificates. With this, every client must show one. Default: none is asked for. */
  readonly clientCa?: string | undefined
  readonly certFile?: undefined
  readonly keyFile?: undefined
  readonly clientCaFile?: undefined
}

/** Paths of PEM files, which are read again whenever they change; connections that are there stay. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** Authorities of client certificates. With this, every client must show one. Default: none is asked for. */
  readonly clientCaFile?: string | undefined
  readonly cert?: undefined
  readonly key?: undefined
  readonly clientCa?: undefined
}
