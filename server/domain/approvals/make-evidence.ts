import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Link } from "#server/domain/attachments/rules.ts";

export interface Content {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly amount: bigint | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly requesterId: string | null;
  readonly candidateId: string | null;
  readonly dueAt: Date | null;
  readonly attachments: readonly Link[];
}

/** A link as evidence holds it. */
export interface EvidenceLink extends Link {
  /** The SHA-256 of the RFC 8785 text of title and address. */
  readonly digest: string;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const attached = ({ title, url }: Link): EvidenceLink => ({
  title,
  url,
  digest: sha256(canonicalize({ title, url }) as string),
});

/** What is decided, as RFC 8785 text with its SHA-256: made once per revision, kept as text. */
export function evidenceOf(
  id: string,
  revision: number,
  policyVersionId: string,
  c: Content,
): { evidence: string; evidenceHash: string } {
  const evidence = canonicalize({
    id,
    revision,
    type: c.type,
    title: c.title,
    summary: c.summary,
    amount: c.amount?.toString() ?? null,
    payload: c.payload,
    requester: c.requesterId,
    candidate: c.candidateId,
    dueAt: c.dueAt?.toISOString() ?? null,
    policyVersion: policyVersionId,
    attachments: c.attachments.map(attached),
  }) as string;
  return { evidence, evidenceHash: sha256(evidence) };
}

/** What a revision carries that is kept nowhere but in its evidence. */
export function readEvidence(evidence: string): {
  payload: Record<string, unknown>;
  attachments: readonly EvidenceLink[];
} {
  const { payload, attachments } = JSON.parse(evidence);
  return { payload, attachments };
}
