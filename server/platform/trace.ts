import { AsyncLocalStorage } from "node:async_hooks";
import { v7 } from "uuid";

/** What every line of the log says of the request or job that it was written in. */
export interface Trace {
  requestId?: string;
  correlationId?: string;
  tenantId?: string;
  personId?: string;
  clientId?: string;
  /** A worker's task, and the row that it is about. */
  task?: string;
  id?: string;
}

// On the global object: a bundler may load this module more than once in a process, and the trace must be one.
const shared = globalThis as { countersignTrace?: AsyncLocalStorage<Trace> };
shared.countersignTrace ??= new AsyncLocalStorage<Trace>();
const traces = shared.countersignTrace;

export const currentTrace = (): Trace | undefined => traces.getStore();

/** Runs with these facts beside those of the outer trace. */
export function withTrace<T>(facts: Trace, run: () => T): T {
  return traces.run({ ...traces.getStore(), ...facts }, run);
}

/** Adds to the open trace what was learnt meanwhile: who asks. */
export function trace(facts: Trace): void {
  Object.assign(traces.getStore() ?? {}, facts);
}

interface Subject {
  readonly tenantId: string;
  readonly personId: string | null;
  readonly clientId: string | null;
}

export const subjectOf = ({ tenantId, personId, clientId }: Subject): Trace => ({
  tenantId,
  ...(personId ? { personId } : {}),
  ...(clientId ? { clientId } : {}),
});

const ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** The ids that a request names itself by. What does not look like an id is replaced, never echoed. */
export function requestIds(sent: string | null | undefined, correlation: string | null | undefined) {
  const requestId = ID.test(sent ?? "") ? (sent as string) : v7();
  return { requestId, correlationId: ID.test(correlation ?? "") ? (correlation as string) : requestId };
}
