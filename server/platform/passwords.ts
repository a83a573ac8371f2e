import "server-only";
import { hash, verify } from "@node-rs/argon2";

// OWASP's second set for argon2id: 19 MiB, 2 passes, 1 lane.
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same letters however a keyboard composes them. */
const written = (password: string) => password.normalize("NFC");

export const hashPassword = (password: string): Promise<string> => hash(written(password), OPTIONS);

let nobody: Promise<string> | undefined;

/** Whether it matches; an account without a password costs the same hash. Never throws on a damaged hash. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword("nobody has this password");
  try {
    const matches = await verify(passwordHash ?? (await nobody), written(password));
    return matches && passwordHash !== null;
  } catch {
    return false;
  }
}
