import { read, router, write, writeUnkept } from "#server/api/trpc.ts";
import { addPasskey, beginPasskey } from "#server/domain/identity/add-passkey.ts";
import { beginTotp } from "#server/domain/identity/begin-totp.ts";
import { confirmTotp } from "#server/domain/identity/confirm-totp.ts";
import { myFactors } from "#server/domain/identity/list-factors.ts";
import { removePasskey, removeTotp } from "#server/domain/identity/remove-factor.ts";
import { renewRecoveryCodes } from "#server/domain/identity/renew-recovery-codes.ts";

/** What one proves oneself with beside a password. Secrets and codes are answered once, and never kept. */
export const factors = router({
  list: read(myFactors),
  beginTotp: writeUnkept(beginTotp),
  confirmTotp: writeUnkept(confirmTotp),
  removeTotp: write(removeTotp),
  renewRecoveryCodes: writeUnkept(renewRecoveryCodes),
  beginPasskey: writeUnkept(beginPasskey),
  addPasskey: writeUnkept(addPasskey),
  removePasskey: write(removePasskey),
});
