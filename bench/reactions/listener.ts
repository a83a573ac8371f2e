import { unpackLive } from "#server/domain/events/rules.ts";
import { listen } from "#server/platform/channels.ts";
import type { LiveHeard, Question } from "./measured.ts";
import { now } from "./measured.ts";

/** What a web process hears for the pages that are open in it, and when. */

const heard = new Map<string, number>();
listen(
  "live",
  (items) => {
    const at = now();
    for (const item of items) {
      const change = unpackLive(item);
      if (change && !heard.has(change.eventId)) heard.set(change.eventId, at);
    }
  },
  () => {},
);

listen(
  "sessions",
  (ids) => {
    const at = now();
    for (const id of ids) if (!heard.has(id)) heard.set(id, at);
  },
  () => {},
);

process.on("message", (question: Question) => {
  if (question === "report") {
    process.send?.([...heard] satisfies LiveHeard);
    heard.clear();
  } else process.send?.(heard.size);
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");
