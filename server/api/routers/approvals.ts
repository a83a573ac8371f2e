import { ask, read, router, tryOut, write } from "#server/api/trpc.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { commentApproval } from "#server/domain/approvals/comment.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { listApprovers } from "#server/domain/approvals/find-approvers.ts";
import { foreseeStages, prepareRequest, requestForm } from "#server/domain/approvals/prepare-request.ts";
import {
  countApprovals,
  getApprovalDetail,
  listApprovals,
  standingApprovals,
} from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";

export const approvals = router({
  list: read(listApprovals),
  count: read(countApprovals),
  standing: read(standingApprovals),
  detail: read(getApprovalDetail),
  approvers: read(listApprovers),
  prepare: read(prepareRequest),
  form: read(requestForm),
  foresee: ask(foreseeStages),
  submit: write(submitApproval),
  resubmit: write(resubmitApproval),
  cancel: write(cancelApproval),
  comment: write(commentApproval),
  decide: write(decideApproval),
  decideSet: write(decideApprovals),
  dryRun: tryOut(decideApprovals),
});
