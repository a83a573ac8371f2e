export const BULK_STATES = ["DRAFT", "RUNNING", "DONE", "CANCELLED"] as const;
export type BulkState = (typeof BULK_STATES)[number];

/** The most that one bulk holds. */
export const BULK_MAX = 100_000;
/** How many one transaction of the worker decides. */
export const BATCH_MAX = 500;
/** A draft older than this is refused as a whole: what its starter looked at is gone. */
export const DRAFT_MINUTES = 15;
/** A worker that has not committed a batch for this long has lost the bulk to the next. */
export const LEASE_SECONDS = 15;
