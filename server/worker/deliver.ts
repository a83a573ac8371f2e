import type pg from "pg";
import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { listen } from "#server/platform/channels.ts";
import { logger } from "#server/platform/logger.ts";
import { withTrace } from "#server/platform/trace.ts";
import type { Claim } from "#server/worker/claims.ts";
import { claim, heartbeat, LEASE_SECONDS, nextTenant, settle } from "#server/worker/claims.ts";
import { FAN_OUT_MAX, fanOut } from "#server/worker/fan-out.ts";
import type { Reaction, Result } from "#server/worker/reaction.ts";

/** Tenants served at once by one reaction in one process. */
const LANES = 4;
const POLL_MS = 1_000;
/** When events wait for a transaction to end, they are looked at again so soon. */
const AGAIN_MS = 25;
const RUN_MS = 240_000;
const NIL = "00000000-0000-0000-0000-000000000000";

const reasonOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** One reaction's deliveries in this process, its tenants in turn. */
class Lanes {
  readonly #pool: pg.Pool;
  readonly #reaction: Reaction;
  readonly #stopping: { readonly aborted: boolean };
  readonly #lease: number;
  readonly #busy = new Set<string>();
  /** Tenants whose due deliveries wait for an earlier version; looked at again at the next call. */
  readonly #waiting = new Set<string>();
  readonly #open = new Set<Promise<void>>();
  #last = NIL;

  constructor(pool: pg.Pool, reaction: Reaction, stopping: { readonly aborted: boolean }, lease: number) {
    this.#pool = pool;
    this.#lease = lease;
    this.#reaction = reaction;
    this.#stopping = stopping;
  }

  go(): void {
    this.#waiting.clear();
    if (this.#open.size >= LANES || this.#stopping.aborted) return;
    const lane = this.#lane()
      .catch((error) => logger.error({ err: error, reaction: this.#reaction.name }, "deliveries could not be taken"))
      .finally(() => this.#open.delete(lane));
    this.#open.add(lane);
  }

  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async #lane(): Promise<void> {
    while (!this.#stopping.aborted) {
      const tenant = await nextTenant(this.#pool, this.#reaction.name, this.#last, [...this.#busy, ...this.#waiting]);
      if (tenant === null) return;
      if (this.#busy.has(tenant)) continue; // another lane was quicker
      this.#busy.add(tenant);
      this.#last = tenant;
      this.go(); // one tenant that takes long is not alone then
      try {
        const claims = await claim(this.#pool, this.#reaction, tenant, this.#lease);
        if (claims.length === 0) this.#waiting.add(tenant);
        else await this.#run(tenant, claims);
      } finally {
        this.#busy.delete(tenant);
      }
    }
  }

  async #run(tenantId: string, claims: readonly Claim[]): Promise<void> {
    const { name } = this.#reaction;
    const beat = setInterval(
      () => {
        heartbeat(this.#pool, name, tenantId, claims, this.#lease).catch((error) =>
          logger.warn({ err: error, reaction: name }, "a lease could not be kept"),
        );
      },
      (this.#lease * 1000) / 3,
    );
    try {
      const results = await withTrace({ task: `reaction ${name}`, tenantId }, () => this.#results(tenantId, claims));
      await settle(this.#pool, name, tenantId, claims, results);
    } finally {
      clearInterval(beat);
    }
  }

  async #results(tenantId: string, claims: readonly Claim[]): Promise<readonly Result[]> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no result within ${RUN_MS / 1000} s`)), RUN_MS);
    try {
      const deliveries = claims.map(({ delivery }) => delivery);
      const caller = await systemCaller(tenantId);
      return await Promise.race([this.#reaction.run(caller, deliveries), late.promise]);
    } catch (error) {
      logger.warn({ err: error, reaction: this.#reaction.name, deliveries: claims.length }, "a reaction failed");
      return claims.map(() => ({ retry: reasonOf(error) }));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Delivers events to reactions until it is stopped; any number of processes may. */
export function deliver(
  pool: pg.Pool,
  reactions: readonly Reaction[],
  stopping: { readonly aborted: boolean },
  leaseSeconds = LEASE_SECONDS,
): () => Promise<void> {
  const lanes = reactions.map((reaction) => new Lanes(pool, reaction, stopping, leaseSeconds));
  let turning: Promise<void> | undefined;
  let wanted = false;
  let again: NodeJS.Timeout | undefined;

  const turn = async () => {
    for (let full = true; full && !stopping.aborted; ) {
      const { taken, more } = await fanOut(pool, reactions);
      for (const lane of lanes) lane.go();
      full = taken === FAN_OUT_MAX;
      if (more && !full && !stopping.aborted) {
        clearTimeout(again);
        again = setTimeout(look, AGAIN_MS);
      }
    }
  };
  const look = () => {
    wanted = true;
    if (turning || stopping.aborted) return;
    turning = (async () => {
      while (wanted && !stopping.aborted) {
        wanted = false;
        await withTrace({ task: "outbox" }, turn);
      }
    })()
      .catch((error) => logger.error({ err: error }, "events could not be fanned out"))
      .finally(() => {
        turning = undefined;
      });
  };

  const poll = setInterval(look, POLL_MS);
  const deafen = listen("outbox", look, look);
  look();
  return async () => {
    clearInterval(poll);
    clearTimeout(again);
    deafen();
    await turning;
    await Promise.all(lanes.map((lane) => lane.idle()));
  };
}
