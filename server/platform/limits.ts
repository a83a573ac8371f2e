/** How much, how long: the bounds of every door, in one place. Those of the product itself are in its rules. */
export const LIMITS = {
  /** Of a request's body, whatever it says of its length. */
  bodyBytes: 1024 * 1024,
  /** Of a request's headers together. */
  headerBytes: 16 * 1024,
  /** Calls in one batch of the console's own API. */
  batchCalls: 20,
  keyLength: 200,
  /** For a request to arrive whole, and its headers. */
  requestMs: 30_000,
  /** The same for a file, which is larger than any other body. */
  uploadMs: 600_000,
  headersMs: 10_000,
  /** Without a byte either way. */
  idleMs: 120_000,
  /** For a connection to the database, new or from the pool. */
  connectMs: 10_000,
  statementMs: 30_000,
  lockMs: 15_000,
  /** A transaction that does nothing, and one in all. */
  idleTransactionMs: 60_000,
  transactionMs: 60_000,
} as const;

/** What every connection to the database is opened with, whoever opens it. */
export const CONNECTION_LIMITS = {
  connectionTimeoutMillis: LIMITS.connectMs,
  statement_timeout: LIMITS.statementMs,
  lock_timeout: LIMITS.lockMs,
  idle_in_transaction_session_timeout: LIMITS.idleTransactionMs,
} as const;
