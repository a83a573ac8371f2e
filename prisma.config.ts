import { defineConfig } from "prisma/config";

// The command line only: the running program connects through server/platform/db.ts.
export default defineConfig({ schema: "prisma/schema", migrations: { path: "prisma/migrations" } });
