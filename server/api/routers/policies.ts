import { ask, read, router, write } from "#server/api/trpc.ts";
import { putPolicy } from "#server/domain/policies/put-policy.ts";
import { getPolicy, listPolicies, tryOutPolicy } from "#server/domain/policies/queries.ts";

export const policies = router({
  list: read(listPolicies),
  get: read(getPolicy),
  tryOut: ask(tryOutPolicy),
  put: write(putPolicy),
});
