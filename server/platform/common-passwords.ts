import "server-only";

let known: Promise<ReadonlySet<string>> | undefined;

/** Read when the first password is chosen: 18,000 entries of eight characters and more, of no use to a browser. */
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].filter((entry) => entry.length >= 8));
}

/** Whether a password is on the list of those that most accounts are opened with. */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= load();
  return (await known).has(password.toLowerCase());
}
