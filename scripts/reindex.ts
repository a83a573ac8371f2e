import { rebuildIndex } from "#server/domain/search/rebuild-index.ts";
import { COLLECTION_NAMES, isCollection } from "#server/domain/search/rules.ts";
import { database } from "#server/platform/db.ts";
import { onShutdown } from "#server/platform/lifetime.ts";

/** `npm run reindex [-- COLLECTION …]`: a new index beside the one that is searched, which it then replaces. */

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !isCollection(name));
const stopping = { aborted: false };
onShutdown(async () => {
  stopping.aborted = true;
  await running;
});

async function reindex(): Promise<number> {
  if (unknown.length > 0) {
    console.error(`There is no collection named ${unknown.join(", ")}; there are ${COLLECTION_NAMES.join(", ")}.`);
    return 1;
  }
  let code = 0;
  for (const name of wanted.length > 0 ? wanted.filter(isCollection) : COLLECTION_NAMES) {
    const from = performance.now();
    const rebuilt = await rebuildIndex(name, stopping);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    if (!rebuilt) console.log(`${name}: is being rebuilt elsewhere`);
    else console.log(`${name}: ${rebuilt.documents} documents in ${seconds} s, ${rebuilt.refused} refused`);
    if (rebuilt?.refused) code = 1;
  }
  return code;
}

const running = reindex().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
const code = await running;
await database().close();
process.exit(code); // the supervisor's channel would keep the process
