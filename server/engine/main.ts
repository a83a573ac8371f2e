import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { serve } from "#server/engine/http.ts";
import { answerFrom } from "#server/engine/routes.ts";
import { Store } from "#server/engine/store.ts";

/** A search engine of one process: Typesense's options, and its API on that address. */
const { values } = parseArgs({
  options: {
    "data-dir": { type: "string" },
    "api-key": { type: "string" },
    "api-address": { type: "string", default: "127.0.0.1" },
    "api-port": { type: "string", default: "8108" },
  },
});

const { "data-dir": folder, "api-key": apiKey = process.env.TYPESENSE_API_KEY } = values;
const port = Number(values["api-port"]);
if (!folder || !apiKey || !Number.isInteger(port)) {
  process.stderr.write("Usage: main.ts --data-dir DIR --api-key KEY [--api-address ADDRESS] [--api-port PORT]\n");
  process.exit(2);
}

const store = new Store(folder, apiKey);
const server = serve(answerFrom(store));

function stop(): void {
  server.close(() => {
    store.close();
    process.exit(0);
  });
  server.closeAllConnections();
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.on("disconnect", stop); // whoever started it has ended

server.listen(port, values["api-address"], () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
