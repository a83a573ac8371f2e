import { ensureInstalled, main, runTypeScript } from "./install.mjs";

await main(async () => {
  await ensureInstalled();
  return runTypeScript("scripts/tool.ts", process.argv.slice(2));
});
