import type { PasswordOwner } from "#server/domain/identity/rules.ts";
import { isPersonal } from "#server/domain/identity/rules.ts";
import { Refusal } from "#server/domain/refusals.ts";
import { isCommonPassword } from "#server/platform/common-passwords.ts";

/** Wherever a password is chosen: refuses what is guessed first. Its length is the schema's business. */
export async function refuseWeakPassword(password: string, owner: PasswordOwner): Promise<void> {
  if (isPersonal(password, owner)) throw new Refusal("password.personal");
  if (await isCommonPassword(password)) throw new Refusal("password.common");
}
