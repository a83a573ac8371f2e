/** One loan on its way through the API: what the description shows. */

const ID = "01a20dcd-d567-763d-971c-16fbe6bdcfb7";
const HASH = "5b1f0a4c9f2f0b0e6a2f3f0f1d6c7a8e9b0c1d2e3f405162738495a6b7c8d9e0";
const SUBMITTED = "2026-11-24T09:15:00.000Z";
const DECIDED_AT = "2026-11-24T09:21:30.000Z";
const CORE = { id: "01a20dcd-0000-7000-8000-000000000002", name: "core", kind: "CLIENT" } as const;
const OLU = { id: "01a20dcd-0000-7000-8000-000000000003", name: "Olu Adeyemi", kind: "PERSON" } as const;

export const SUBMISSION = {
  type: "car",
  title: "Car loan over 36 months",
  amount: "1250000",
  priority: "HIGH",
  payload: { term_months: 36, income_verified: true },
  attachments: [{ title: "Pay slips, March", url: "https://files.example.com/2026/118/pay-slips.pdf" }],
  importKey: "loan-2026-118",
};

export const APPROVAL = {
  id: ID,
  orgId: "01a20dcd-0000-7000-8000-000000000001",
  cycleId: null,
  type: SUBMISSION.type,
  title: SUBMISSION.title,
  summary: "",
  priority: SUBMISSION.priority,
  state: "PENDING",
  amount: SUBMISSION.amount,
  payload: SUBMISSION.payload,
  requester: null,
  candidateId: null,
  revision: 1,
  version: 1,
  contentVersion: 1,
  dueAt: null,
  expiresAt: null,
  createdAt: SUBMITTED,
  updatedAt: SUBMITTED,
  decidedAt: null as string | null,
  evidenceHash: HASH,
  stage: { index: 0, name: "Decision", needed: 1, have: 0, last: true } as object | null,
};

export const DECIDED = {
  ...APPROVAL,
  state: "APPROVED",
  version: 2,
  updatedAt: DECIDED_AT,
  decidedAt: DECIDED_AT,
  stage: null,
};

export const RESUBMITTED = {
  ...APPROVAL,
  amount: "1100000",
  revision: 2,
  version: 3,
  contentVersion: 3,
  updatedAt: DECIDED_AT,
};

export const COMMENT = {
  id: "01a20dcf-0000-7000-8000-000000000006",
  revision: 1,
  comment: "The income was confirmed by telephone.",
  by: CORE,
  at: DECIDED_AT,
};

export const PAGE = { items: [APPROVAL], nextCursor: null, total: 1, totalIsExact: true };

export const DETAIL = {
  ...DECIDED,
  stages: [
    {
      index: 0,
      name: "Decision",
      permission: "approvals:decide",
      needed: 1,
      have: 1,
      state: "DONE",
      when: null,
      unevaluated: false,
    },
  ],
  decisions: [
    {
      id: "01a20dd0-0000-7000-8000-000000000004",
      stage: 0,
      revision: 1,
      decision: "APPROVE",
      by: OLU,
      comment: null,
      evidenceHash: HASH,
      at: DECIDED_AT,
    },
  ],
  revisions: [{ revision: 1, evidence: "{…}", evidenceHash: HASH, by: CORE, at: SUBMITTED }],
  comments: [COMMENT],
  attachments: [
    {
      title: "Pay slips, March",
      url: "https://files.example.com/2026/118/pay-slips.pdf",
      digest: "0fbd6f5d8b4a35e2b3a14aeb2d2a6d6e3a0c9f6f5e4d3c2b1a09182736455463",
    },
  ],
  timeline: [
    { action: "approval.decided", by: OLU, at: DECIDED_AT, facts: { state: "APPROVED", decision: "APPROVE" } },
    { action: "approval.submitted", by: CORE, at: SUBMITTED, facts: {} },
  ],
};

export const SET_RESULT = {
  decided: 1,
  recorded: 0,
  refused: 0,
  failed: 0,
  results: [{ id: ID, outcome: "DECIDED", state: "APPROVED" }],
};

export const BULK_STARTED = { bulkId: "01a20dd1-0000-7000-8000-000000000005" };
export const BULK = { state: "RUNNING", total: 9980, decided: 4000, recorded: 0, refused: 17, failed: 0 };
