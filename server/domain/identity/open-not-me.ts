import { NOT_ME_DAYS } from "#server/domain/identity/rules.ts";
import { newToken, tokenHash, uuidv7 } from "#server/domain/ids.ts";
import type { Work } from "#server/domain/work.ts";
import { env } from "#server/platform/env.ts";

interface Doubted {
  readonly personId: string;
  readonly sessionId: string;
  readonly at: Date;
}

/** A link, to be mailed and nothing else, by which its owner says of a session that it is not theirs. */
export async function openNotMe(work: Work, { personId, sessionId, at }: Doubted): Promise<string> {
  const token = newToken();
  await work.tx.accountLink.create({
    data: {
      tenantId: work.caller.tenantId,
      id: uuidv7(),
      personId,
      purpose: "NOT_ME",
      sessionId,
      tokenHash: tokenHash(token),
      createdAt: at,
      expiresAt: new Date(at.getTime() + NOT_ME_DAYS * 86_400_000),
    },
  });
  return `${env.APP_URL}/not-me?token=${token}`;
}
