import type { Kept } from "#server/domain/governance/keep-explanation.ts";
import { uuid } from "#server/domain/schema.ts";
import { plainText } from "#server/domain/sessions/rules.ts";
import { requestIds } from "#server/platform/trace.ts";

const WORD_MAX = 100;

const word = (given: string | null) => (given === null ? null : plainText(given, WORD_MAX));
const id = (given: string | null) => (uuid.safeParse(given).success ? given : null);

interface Reducible {
  readonly operation: string;
  readonly permission: string | null;
  readonly scopeId: string | null;
  readonly personId: string | null;
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly tokenId: string | null;
  readonly address: string | null;
  readonly explanation: string;
  readonly requestId: string;
  readonly correlationId: string;
}

/** Of a row that the table does not take what it surely does: who, what and how often stay, the reasons go, and it says so. */
export function reduceRow<R extends Reducible>(row: R): R {
  const { reason } = JSON.parse(row.explanation) as Kept;
  const kept: Kept = { reason, because: [], against: [], nearest: [], reduced: true };
  return {
    ...row,
    ...requestIds(row.requestId, row.correlationId),
    operation: plainText(row.operation, WORD_MAX),
    permission: word(row.permission),
    scopeId: id(row.scopeId),
    personId: id(row.personId),
    clientId: id(row.clientId),
    sessionId: id(row.sessionId),
    tokenId: id(row.tokenId),
    address: word(row.address),
    explanation: JSON.stringify(kept),
  };
}
