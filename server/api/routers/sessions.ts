import type { z } from "zod";
import { as, read, router, signedIn, write } from "#server/api/trpc.ts";
import { parse } from "#server/domain/command.ts";
import { narrowSession } from "#server/domain/identity/narrow-session.ts";
import { myPlaces } from "#server/domain/identity/queries.ts";
import { tenantChoice } from "#server/domain/identity/schema.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";

export const sessions = router({
  places: read(myPlaces),
  narrow: write(narrowSession),
  /** The cookie that asked is dead when the answer comes, and the answer brings its successor. */
  switchTenant: signedIn.input(as<z.input<typeof tenantChoice>>()).mutation(async ({ ctx, input }) => {
    const { tenantId } = parse(tenantChoice, input);
    const { token } = await switchTenant(ctx.caller, tenantId, ctx.place);
    ctx.setSession(token);
    return { tenantId };
  }),
});
