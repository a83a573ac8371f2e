import type { Decision, Stage, State } from "#server/domain/approvals/rules.ts";

/** What the product's word says about approvals, on plain sets: small enough to be read, and slow enough to be right. */

export interface Who {
  readonly key: string;
  readonly reads: boolean;
  readonly submits: boolean;
  readonly comments: boolean;
  readonly holds: readonly string[];
  readonly client: boolean;
}

export interface Model {
  readonly stages: readonly Stage[];
  readonly clientMayDecide: boolean;
  readonly requester: string | null;
  readonly submitter: string | null;
  editor: string | null;
  state: State;
  revision: number;
  stage: number;
  version: number;
  content: number;
  /** Per stage of the current revision: who approved. */
  votes: Set<string>[];
  /** Who decided on the current revision, in any way. */
  decided: Set<string>;
  events: string[];
}

export function submitted(of: Pick<Model, "stages" | "clientMayDecide" | "requester" | "submitter">): Model {
  const fresh = { state: "PENDING", revision: 1, stage: 0, version: 1, content: 1, editor: null } as const;
  return { ...of, ...fresh, votes: of.stages.map(() => new Set()), decided: new Set(), events: ["ApprovalCreated 1"] };
}

function move(m: Model, event: string, contentToo = true): void {
  m.version++;
  if (contentToo) m.content = m.version;
  m.events.push(`${event} ${m.version}`);
}

/** Whether it is the asker's own request (A3). */
function own(m: Model, { key, client }: Who): boolean {
  if (key === m.editor || key === m.requester) return true;
  if (key !== m.submitter) return false;
  return client ? m.requester === null || !m.clientMayDecide : true;
}

/** Decides, and answers the outcome with the state, or the refusal's code. */
export function decideModel(m: Model, who: Who, decision: Decision, sent: number | null): string {
  if (!who.reads) return "approval.not_found";
  if (m.state === "CANCELLED" || m.state === "EXPIRED") return "approval.not_open";
  if (m.state !== "PENDING") return "approval.already_decided";
  if (own(m, who)) return "approval.own_request";
  if (!who.holds.includes(m.stages[m.stage]?.permission ?? "")) {
    const later = m.stages.some((s, i) => i > m.stage && who.holds.includes(s.permission));
    return later ? "approval.stage_not_open" : "approval.not_eligible";
  }
  if (m.decided.has(who.key)) return "approval.you_already_decided";
  if (sent !== null && sent < m.content) return "approval.stale";

  m.decided.add(who.key);
  if (decision !== "APPROVE") {
    m.state = decision === "REJECT" ? "REJECTED" : "CHANGES_REQUESTED";
    move(m, "ApprovalDecided");
    return `DECIDED ${m.state}`;
  }
  const votes = m.votes[m.stage] as Set<string>;
  votes.add(who.key);
  const closed = votes.size >= (m.stages[m.stage] as Stage).needed;
  if (closed && m.stage === m.stages.length - 1) m.state = "APPROVED";
  else if (closed) m.stage++;
  move(m, m.state === "APPROVED" ? "ApprovalDecided" : "ApprovalRecorded", closed);
  return `${m.state === "APPROVED" ? "DECIDED" : "RECORDED"} ${m.state}`;
}

export function resubmitModel(m: Model, who: Who): string {
  if (!who.submits) return "approval.not_found";
  if (m.state !== "CHANGES_REQUESTED") return "approval.not_open";
  m.state = "PENDING";
  m.revision++;
  m.stage = 0;
  m.editor = who.key;
  m.votes = m.stages.map(() => new Set());
  m.decided = new Set();
  move(m, "ApprovalResubmitted");
  return "done";
}

/** A comment moves the version alone: nobody becomes stale by it (A6). */
export function commentModel(m: Model, who: Who): string {
  if (!who.comments) return who.reads ? "access.denied" : "approval.not_found";
  move(m, "ApprovalCommented", false);
  return "done";
}

export function cancelModel(m: Model, who: Who): string {
  if (!who.submits) return "approval.not_found";
  if (m.state !== "PENDING" && m.state !== "CHANGES_REQUESTED") return "approval.not_open";
  if (who.key !== m.requester && who.key !== m.submitter) return "access.denied";
  m.state = "CANCELLED";
  move(m, "ApprovalCancelled");
  return "done";
}
