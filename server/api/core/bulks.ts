import { z } from "zod";
import { BULK } from "#server/api/core/examples.ts";
import type { Code } from "#server/api/errors.ts";
import type { Call, Described } from "#server/api/rest.ts";
import { operation } from "#server/api/rest.ts";
import { getBulk } from "#server/domain/bulks/queries.ts";
import { bulkIdInput, bulkShape } from "#server/domain/bulks/schema.ts";
import { cancelBulk, pauseBulk, resumeBulk } from "#server/domain/bulks/steer-bulk.ts";

const ANSWERS: { 200: Described } = {
  200: { means: "Its state and counts.", name: "Bulk", shape: bulkShape, example: BULK },
};

async function stateOf({ caller }: Call, id: string) {
  const { state, total, decided, recorded, refused, failed } = await getBulk(caller, { id });
  return { status: 200, body: { state, total, decided, recorded, refused, failed } } as const;
}

export const bulk = operation({
  method: "GET",
  path: "/approvals/bulk/{bulkId}",
  tag: "Bulk",
  summary: "How far a bulk operation is",
  description:
    "Whoever started it from where, a bulk operation is found in the organisation that all of its approvals lie in. One that spans several organisations is found in none of them: its counts would tell of the others.",
  answers: ANSWERS,
  refuses: ["bulk.not_found"],
  input: bulkIdInput,
  read: ({ params }) => ({ id: params.bulkId }),
  run: (call, { id }) => stateOf(call, id),
});

const steered = bulkIdInput.extend({ body: z.strictObject({}) });

interface Steering {
  readonly verb: string;
  readonly summary: string;
  readonly description: string;
  readonly refuses: readonly Code[];
  readonly steer: typeof pauseBulk;
}

const steering = ({ verb, summary, description, refuses, steer }: Steering) =>
  operation({
    method: "POST",
    path: `/approvals/bulk/{bulkId}/${verb}`,
    tag: "Bulk",
    summary,
    description,
    body: { name: "Nothing", shape: steered.shape.body, examples: { nothing: {} } },
    answers: ANSWERS,
    refuses: ["bulk.not_found", "bulk.ended", "bulk.not_yours", ...refuses],
    input: steered,
    read: ({ params, body }) => ({ id: params.bulkId, body }),
    run: async (call, { id }) => {
      const { key, onReplay } = call;
      await steer(call.caller, { id }, { key, onReplay });
      return stateOf(call, id);
    },
  });

export const pause = steering({
  verb: "pause",
  summary: "Have a bulk operation stand still",
  description: "It takes hold after the batch that is under way.",
  refuses: ["bulk.not_running"],
  steer: pauseBulk,
});
export const resume = steering({
  verb: "resume",
  summary: "Let a bulk operation go on",
  description: "Where somebody else has paused it, it is theirs to let it go on: `bulk.held`.",
  refuses: ["bulk.not_paused", "bulk.held"],
  steer: resumeBulk,
});
export const cancel = steering({
  verb: "cancel",
  summary: "End a bulk operation early",
  description:
    "It takes hold after the batch that is under way. What was decided stays decided, the rest is untouched.",
  refuses: [],
  steer: cancelBulk,
});
