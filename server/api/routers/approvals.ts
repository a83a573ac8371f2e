import { read, router, tryOut, write } from "#server/api/trpc.ts";
import { cancelApproval } from "#server/domain/approvals/cancel.ts";
import { decideApproval, decideApprovals } from "#server/domain/approvals/decide.ts";
import { countApprovals, getApprovalDetail, listApprovals } from "#server/domain/approvals/queries.ts";
import { resubmitApproval } from "#server/domain/approvals/resubmit.ts";
import { submitApproval } from "#server/domain/approvals/submit.ts";

export const approvals = router({
  list: read(listApprovals),
  count: read(countApprovals),
  detail: read(getApprovalDetail),
  submit: write(submitApproval),
  resubmit: write(resubmitApproval),
  cancel: write(cancelApproval),
  decide: write(decideApproval),
  decideSet: write(decideApprovals),
  dryRun: tryOut(decideApprovals),
});
