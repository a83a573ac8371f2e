import { read, router, write } from "#server/api/trpc.ts";
import { myProfile } from "#server/domain/identity/queries.ts";
import { updateProfile } from "#server/domain/identity/update-profile.ts";

export const profile = router({ get: read(myProfile), update: write(updateProfile) });
