import { ensureInstalled, main, runTypeScript } from "./install.mjs";

await main(async () => {
  await ensureInstalled();
  return runTypeScript("scripts/up.ts", ["dev"]);
});
