import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../platform/embedded-postgres.ts";

// A process of its own: however the test run ends, killed or not, the channel closes and the server goes with it.
const gone = new Promise((resolve) => process.once("disconnect", resolve));
const folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
await chmod(folder, 0o755);
const settings = { fsync: "off", full_page_writes: "off", synchronous_commit: "off", max_connections: "200" };
const { adminUrl, stop } = await startEmbeddedPostgres({ folder, database: "postgres", settings });
if (process.connected) process.send?.(adminUrl);
await gone;
await stop();
await rm(folder, { recursive: true, force: true });
