import { COLLECTION_NAMES } from "#server/domain/search/rules.ts";
import { verifyIndex } from "#server/domain/search/verify-index.ts";
import { database } from "#server/platform/db.ts";

/** `npm run verify -- search`: compares the index with the database, and puts right what differs. */

async function verify(): Promise<number> {
  if (process.argv[2] !== "search") {
    console.error("npm run verify -- search");
    return 1;
  }
  let code = 0;
  for (const name of COLLECTION_NAMES) {
    const verified = await verifyIndex(name);
    if (!verified) {
      console.error(`${name}: there is no index; npm run reindex -- ${name} makes it`);
      code = 1;
      continue;
    }
    const { records, missing, different, surplus, refused } = verified;
    const wrong = missing + different + surplus;
    const found =
      wrong === 0 ? "as they are" : `${missing} missing, ${different} different, ${surplus} too many; repaired`;
    console.log(`${name}: ${records} records, ${found}${refused > 0 ? `, but ${refused} refused` : ""}`);
    if (refused > 0) code = 1;
  }
  return code;
}

const code = await verify().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
await database().close();
process.exit(code); // the supervisor's channel would keep the process
