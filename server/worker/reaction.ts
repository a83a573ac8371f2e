import type { Caller } from "#server/domain/caller.ts";

/** An event on its way to one reaction. */
export interface Delivery {
  readonly eventId: string;
  readonly eventType: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly correlationId: string;
  readonly createdAt: Date;
  /** 1 at the first. */
  readonly attempt: number;
}

export type Result =
  | { readonly done: true }
  /** To be tried again, at the earliest then; the last attempt makes it dead. */
  | { readonly retry: string; readonly notBefore?: Date }
  /** Never to be tried again by itself. */
  | { readonly dead: string };

/**
 * What follows events. A second run with the same deliveries must change nothing. One that is replayed by hand may come
 * after later versions of its aggregate.
 */
export interface Reaction {
  readonly name: string;
  readonly events: readonly string[] | "all";
  /** How many deliveries of one tenant are taken together. */
  readonly batch: number;
  /** Whether it reaches people or systems outside, and may therefore be held back. */
  readonly outward: boolean;
  readonly attempts?: number;
  /** One result for each delivery, in order. Where it throws, all are tried again. The caller is the program itself. */
  readonly run: (caller: Caller, deliveries: readonly Delivery[]) => Promise<readonly Result[]>;
}

/** Who acts upon an event: what they do belongs to the chain that the event came from. */
export const following = (caller: Caller, { correlationId }: Delivery): Caller => ({ ...caller, correlationId });
