import type { z } from "zod";
import { as, ask, read, router, tryOut, write, writing } from "#server/api/trpc.ts";
import { parse } from "#server/domain/command.ts";
import { narrowSession } from "#server/domain/identity/narrow-session.ts";
import { myPlaces } from "#server/domain/identity/queries.ts";
import type { proofInput } from "#server/domain/identity/schema.ts";
import { tenantChoice } from "#server/domain/identity/schema.ts";
import { stepUp, stepUpOptions } from "#server/domain/identity/step-up.ts";
import { switchTenant } from "#server/domain/identity/switch-tenant.ts";
import { freezeSessions } from "#server/domain/sessions/freeze-sessions.ts";
import { nameSession } from "#server/domain/sessions/name-session.ts";
import {
  countFrozen,
  listSessions,
  mySessions,
  sessionChoices,
  sessionLimits,
} from "#server/domain/sessions/queries.ts";
import { revokeOtherSessions, revokeOwnSession } from "#server/domain/sessions/revoke-own.ts";
import { revokeFrozen, revokeSessions } from "#server/domain/sessions/revoke-sessions.ts";
import { setSessionLimits } from "#server/domain/sessions/set-limits.ts";

export const sessions = router({
  mine: read(mySessions),
  name: write(nameSession),
  revokeOwn: write(revokeOwnSession),
  revokeOthers: write(revokeOtherSessions),
  list: read(listSessions),
  choices: read(sessionChoices),
  freeze: write(freezeSessions),
  countFrozen: read(countFrozen),
  revoke: write(revokeSessions),
  revokeFrozen: write(revokeFrozen),
  limits: read(sessionLimits),
  setLimits: write(setSessionLimits),
  /** How many would end by it. */
  tryLimits: tryOut(setSessionLimits),
  places: read(myPlaces),
  narrow: write(narrowSession),
  /** The cookie that asked is dead when the answer comes, and the answer brings its successor. */
  switchTenant: writing.input(as<z.input<typeof tenantChoice>>()).mutation(async ({ ctx, input }) => {
    const { tenantId } = parse(tenantChoice, input);
    const { token } = await switchTenant(ctx.caller, tenantId, ctx.place);
    ctx.setSession(token);
    return { tenantId };
  }),
  /** What the person's passkeys are asked for. */
  stepUpOptions: ask(stepUpOptions),
  /** A proof that it is still them; the token that asked is dead when the answer comes. */
  stepUp: writing.input(as<z.input<typeof proofInput>>()).mutation(async ({ ctx, input }) => {
    const { token } = await stepUp(ctx.caller, input, ctx.device().presented);
    if (token !== null) ctx.setSession(token);
    return { proven: true };
  }),
});
