/** How deliveries of events go on: pure, so that the worker and the screens say the same. */

export const DELIVERY_STATUSES = ["PENDING", "PROCESSING", "PUBLISHED", "DEAD"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const ATTEMPTS_DEFAULT = 3;
export const BACKOFF_FIRST_MS = 2_000;
export const BACKOFF_MAX_MS = 300_000;

/** The status of an event is that of its deliveries, the worst first; an event without any is published. */
export function foldStatuses(statuses: readonly DeliveryStatus[]): DeliveryStatus {
  for (const status of ["DEAD", "PROCESSING", "PENDING"] as const) if (statuses.includes(status)) return status;
  return "PUBLISHED";
}

/** The same for one whose deliveries may still have to be made. */
export const statusOfEvent = (statuses: readonly DeliveryStatus[], fannedOut: boolean): DeliveryStatus =>
  statuses.length === 0 && !fannedOut ? "PENDING" : foldStatuses(statuses);

/** The bounds of the wait after an attempt, in milliseconds: four times as long each time. */
export function backoffBounds(attempt: number): readonly [min: number, max: number] {
  const most = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 4 ** Math.max(0, attempt - 1));
  return [most / 2, most];
}

/** Spread over the bounds, so that what failed together is not tried together. */
export function backoff(attempt: number, random = Math.random()): number {
  const [min, max] = backoffBounds(attempt);
  return Math.round(min + (max - min) * random);
}

/** Kinds of what a screen can follow, by the type of their aggregate. */
export const LIVE_KINDS = {
  APPROVALS: "approval",
  BULKS: "bulk",
  MESSAGES: "message",
  POLICIES: "policy",
  IMPORTS: "import",
  PEOPLE: "person",
  INVITATIONS: "invitation",
  SCOPES: "scope",
  ASSIGNMENTS: "assignment",
  ROLES: "role",
  CLIENTS: "client",
  TOKENS: "token",
} as const;
export type LiveKind = (typeof LIVE_KINDS)[keyof typeof LIVE_KINDS];

/** That something changed, and to which version: never what it says. */
export interface LiveItem {
  readonly tenantId: string;
  /** Names the change to who was away meanwhile; ids are times. */
  readonly eventId: string;
  readonly kind: LiveKind;
  readonly id: string;
  readonly version: number;
  /** Where it stands; null is the whole tenant. */
  readonly scopeId: string | null;
}

/** As one word, for the wire between processes. */
export const packLive = ({ tenantId, eventId, kind, id, version, scopeId }: LiveItem): string =>
  [tenantId, eventId, kind, id, version, scopeId ?? "-"].join(" ");

export function unpackLive(text: string): LiveItem | null {
  const [tenantId = "", eventId = "", kind = "", id = "", version = "", scopeId = "-", ...rest] = text.split(" ");
  const known = Object.values(LIVE_KINDS).find((one) => one === kind);
  if (!known || rest.length > 0 || !/^\d+$/.test(version)) return null;
  return { tenantId, eventId, kind: known, id, version: Number(version), scopeId: scopeId === "-" ? null : scopeId };
}
