import { read, router } from "#server/api/trpc.ts";
import { getGoverned, governanceChoices, listGoverned } from "#server/domain/governance/queries.ts";

export const governance = router({
  list: read(listGoverned),
  get: read(getGoverned),
  choices: read(governanceChoices),
});
