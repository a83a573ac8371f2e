import type { Permission } from "#server/domain/access/rules.ts";
import type { Caller, Needed } from "#server/domain/caller.ts";
import { callerKey, may, rootScope } from "#server/domain/caller.ts";
import { keep, nearestOf } from "#server/domain/governance/keep-explanation.ts";
import { reduceRow } from "#server/domain/governance/reduce-row.ts";
import type { Outcome, Reason } from "#server/domain/governance/rules.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { RefusalCode } from "#server/domain/refusals.ts";
import { Refusal } from "#server/domain/refusals.ts";
import type { Collected, Work } from "#server/domain/work.ts";
import type { Transaction } from "#server/platform/db.ts";
import { inTenant, Prisma, sqlState } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";

interface Row {
  readonly id: string;
  readonly outcome: Outcome;
  readonly operation: string;
  readonly permission: string | null;
  readonly scopeId: string | null;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  readonly address: string | null;
  readonly revision: bigint;
  readonly explanation: string;
  readonly requestId: string;
  readonly correlationId: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly at: Date;
}

interface Said {
  readonly outcome: Outcome;
  readonly operation: string;
  readonly permission: string | null;
  readonly scopeId: string | null;
  readonly reason: Reason;
  readonly anyOf?: readonly string[];
  readonly count?: number;
}

function rowOf(caller: Caller, said: Said, at: Date): Row {
  const { outcome, operation, scopeId, reason, anyOf, count = 1 } = said;
  const asked = {
    reason: caller.kind === "SYSTEM" && outcome === "ALLOW" ? "PROGRAM" : reason,
    permission: said.permission as Permission | null,
    // What is held nowhere is explained where the caller stands.
    scopeId: scopeId ?? caller.within ?? rootScope(caller),
    ...(anyOf ? { anyOf } : {}),
    ...(caller.token?.limits ? { narrowedBy: caller.token.id } : {}),
  } as const;
  const { personId, clientId, sessionId, address, requestId, correlationId, access } = caller;
  const permission = outcome === "DENY" && anyOf ? nearestOf(access, asked, at.getTime()) : asked.permission;
  const explanation = JSON.stringify(keep(access, { ...asked, permission }, at.getTime()));
  const who = {
    personId,
    clientId,
    sessionId,
    tokenId: caller.token?.id ?? null,
    address,
    requestId,
    correlationId,
    revision: access.revision,
  };
  return { ...who, id: uuidv7(), outcome, operation, permission, scopeId, explanation, count, firstAt: at, at };
}

/** A row that was written before its connection died is not written twice. */
const insert = (tx: Transaction, tenantId: string, rows: readonly Row[]) =>
  tx.$executeRaw(Prisma.sql`
  INSERT INTO governance_log (tenant_id, id, outcome, operation, permission, scope_id, person_id, client_id, session_id, token_id, address,
    access_revision, explanation, request_id, correlation_id, count, first_at, at)
  SELECT ${tenantId}::uuid, r.* FROM unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.outcome)}::text[],
    ${rows.map((r) => r.operation)}::text[], ${rows.map((r) => r.permission)}::text[], ${rows.map((r) => r.scopeId)}::uuid[],
    ${rows.map((r) => r.personId)}::uuid[], ${rows.map((r) => r.clientId)}::uuid[], ${rows.map((r) => r.sessionId)}::uuid[], ${rows.map((r) => r.tokenId)}::uuid[],
    ${rows.map((r) => r.address)}::text[], ${rows.map((r) => String(r.revision))}::bigint[], ${rows.map((r) => r.explanation)}::jsonb[],
    ${rows.map((r) => r.requestId)}::text[], ${rows.map((r) => r.correlationId)}::text[], ${rows.map((r) => r.count)}::int[],
    ${rows.map((r) => r.firstAt.toISOString())}::timestamptz[], ${rows.map((r) => r.at.toISOString())}::timestamptz[]) AS r
  ON CONFLICT (tenant_id, id) DO NOTHING`);

/** What the commands of one transaction said of their answers, each with its one place. */
const saidIn = (caller: Caller, { governed, audit }: Collected): Said[] =>
  governed.map(({ scopes, ...said }) => {
    const acted = audit.find((entry) => entry.scopeId !== null && scopes.includes(entry.scopeId))?.scopeId ?? null;
    const scopeId = scopes.length === 1 ? (scopes[0] ?? null) : acted;
    const held = said.anyOf?.find((permission) => scopeId && may(caller, permission as Permission, scopeId));
    return { ...said, permission: held ?? said.permission, scopeId };
  });

/** Writes it in the commit of the transaction. */
export async function writeGoverned({ caller, tx }: Work, collected: Collected): Promise<void> {
  if (collected.governed.length === 0) return;
  const now = new Date();
  const rows = saidIn(caller, collected).map((said) => rowOf(caller, said, now));
  await insert(tx, caller.tenantId, rows);
}

/** The denials of so many milliseconds are written together. */
export const FLUSH_MS = 200;
const RETRY_MS = 1_000;
const ROWS_MAX = 500;
/** Beyond so many alike in one flush they are folded; beyond so many rows in all, at once. */
const ALIKE_MAX = 10;
const CROWDED = 2_000;

/** What waits to be written of one tenant: by what makes denials alike, and those that a try to write them has fixed. */
interface Waiting {
  readonly open: Map<string, Row[]>;
  fixed: Row[];
  writing: Promise<void> | undefined;
}

interface Shared {
  readonly tenants: Map<string, Waiting>;
  rows: number;
  timer: NodeJS.Timeout | undefined;
}

// On the global object: a bundler may load this module more than once in a process, and what waits must be one.
const holder = globalThis as { countersignDenials?: Shared };
function shared(): Shared {
  holder.countersignDenials ??= { tenants: new Map(), rows: 0, timer: undefined };
  return holder.countersignDenials;
}

function flushIn(milliseconds: number): void {
  const all = shared();
  if (all.timer) return;
  all.timer = setTimeout(() => {
    all.timer = undefined;
    void flushDenials();
  }, milliseconds);
  all.timer.unref();
}

/** Keeps a denial until it is written, in 250 ms at most. Where there are too many, those alike are counted. */
function note(caller: Caller, said: Omit<Said, "outcome">): void {
  const all = shared();
  const { tenantId, access } = caller;
  let waiting = all.tenants.get(tenantId);
  if (!waiting) {
    waiting = { open: new Map(), fixed: [], writing: undefined };
    all.tenants.set(tenantId, waiting);
  }
  const { operation, permission, scopeId, reason } = said;
  const key = [callerKey(caller), operation, permission, scopeId, reason, access.revision].join(" ");
  const alike = waiting.open.get(key) ?? [];
  const at = new Date();
  const last = alike.at(-1);
  if (last && alike.length >= (all.rows < CROWDED ? ALIKE_MAX : 1)) {
    alike[alike.length - 1] = { ...last, count: last.count + (said.count ?? 1), at: at > last.at ? at : last.at };
  } else {
    alike.push(rowOf(caller, { ...said, outcome: "DENY" }, at));
    waiting.open.set(key, alike);
    all.rows++;
  }
  flushIn(FLUSH_MS);
}

/** Data that the types or the constraints of the table do not take, as against a database that is away. */
const isOfData = (error: unknown) => /^2[23]/.test(sqlState(error) ?? "");

/** Each by itself, so that one that cannot be written holds up no other; it is written with less. */
async function insertEach(tenantId: string, rows: readonly Row[]): Promise<void> {
  const one = (row: Row) => inTenant(tenantId, (tx) => insert(tx, tenantId, [row]));
  for (const row of rows)
    try {
      await one(row);
    } catch (err) {
      if (!isOfData(err)) throw err;
      const kept = reduceRow(row);
      await one(kept);
      const { id, operation, count } = kept;
      logger.error(
        { err, tenantId, entry: id, operation, count },
        "a denial could not be written whole: it was reduced",
      );
    }
}

/** Notes what a dry run was denied: it was asked, though nothing of the run stays. What it was allowed has not been done. */
export function noteTried(caller: Caller, collected: Collected): void {
  for (const { outcome, ...said } of saidIn(caller, collected)) if (outcome === "DENY") note(caller, said);
}

/** In short transactions of their own. What could not be written stays as it is, and what comes meanwhile is folded beside it. */
async function write(tenantId: string, waiting: Waiting): Promise<void> {
  const all = shared();
  while (waiting.fixed.length > 0 || waiting.open.size > 0) {
    if (waiting.fixed.length === 0) {
      waiting.fixed = [...waiting.open.values()].flat();
      waiting.open.clear();
    }
    const batch = waiting.fixed.slice(0, ROWS_MAX);
    await inTenant(tenantId, (tx) => insert(tx, tenantId, batch)).catch((error) => {
      if (!isOfData(error)) throw error;
      return insertEach(tenantId, batch);
    });
    waiting.fixed = waiting.fixed.slice(batch.length);
    all.rows -= batch.length;
  }
  all.tenants.delete(tenantId);
}

/** Writes all denials that wait; whether that worked. A tenant whose rows cannot be written holds up no other. */
export async function flushDenials(): Promise<boolean> {
  const outcomes = await Promise.allSettled(
    [...shared().tenants].map(([tenantId, waiting]) => {
      waiting.writing ??= write(tenantId, waiting).finally(() => {
        waiting.writing = undefined;
      });
      return waiting.writing;
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (!failed) return true;
  logger.warn({ err: failed.reason, rows: shared().rows }, "denials could not be written: tried again");
  flushIn(RETRY_MS);
  return false;
}

const LAST_TRIES = 5;

/** For a process that ends: what waits is written, as far as the database answers. */
export async function settleDenials(): Promise<void> {
  for (let tries = 1; !(await flushDenials()); tries++) {
    if (tries >= LAST_TRIES) return void logger.error({ rows: shared().rows }, "denials are lost");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Refusals that a check of grants gave, and which of the reasons each is. */
const DENIALS: Partial<Record<RefusalCode, Reason>> = {
  "access.denied": "GRANTS",
  "approval.not_eligible": "GRANTS",
  "access.not_held": "ESCALATION",
  "access.wider": "ESCALATION",
  "member.wider": "ESCALATION",
  "platform.denied": "GRANTS",
};

interface Denied {
  readonly permission: string | null;
  readonly scopeId: string | null;
  readonly reason: Reason;
  readonly anyOf?: readonly string[];
}

/** What a refusal that must say nothing of it was, and which have been noted: a command inside another throws through both. */
const denied = new WeakMap<Refusal, Denied>();
const noted = new WeakSet<Refusal>();

/** A refusal with what its log needs and its reader is not told. */
export function asDenied(refusal: Refusal, facts: Denied): Refusal {
  denied.set(refusal, facts);
  return refusal;
}

/** A refusal that says of what is there, and not the caller's, what it says of what is not. */
export function asHidden(caller: Caller, refusal: Refusal, permission: Permission, scopeId: string): Refusal {
  const isOutside = caller.within !== null && !caller.access.scopes.get(scopeId)?.path.includes(caller.within);
  return asDenied(refusal, { permission, scopeId, reason: isOutside ? "OUTSIDE" : "GRANTS" });
}

const string = (value: unknown) => (typeof value === "string" ? value : null);

/** Notes what was thrown, where it is a denial; once. */
export function noteDenial(caller: Caller, operation: string, thrown: unknown): void {
  if (!(thrown instanceof Refusal) || noted.has(thrown)) return;
  const { permission, scopeId } = thrown.facts;
  const reason = DENIALS[thrown.code];
  const facts = denied.get(thrown) ?? (reason && { permission: string(permission), scopeId: string(scopeId), reason });
  if (!facts) return;
  noted.add(thrown);
  note(caller, { operation, ...facts });
}

/** Notes that nothing was done for whom no check answers any more: they are kept out, or their token was revoked. */
export function noteBarred(
  caller: Caller,
  { name, permission }: { readonly name: string; readonly permission: Needed | "system" | null },
): void {
  const anyOf = permission === null || permission === "system" ? [] : [permission].flat();
  note(caller, { operation: name, permission: anyOf[0] ?? null, scopeId: caller.within, reason: "BARRED", anyOf });
}
