import type { Caller } from "#server/domain/caller.ts";
import { listGoverned } from "#server/domain/governance/queries.ts";
import { flushDenials } from "#server/domain/governance/record.ts";
import { again } from "#server/testing/world.ts";

export type Filter = Parameters<typeof listGoverned>[1]["filter"];

/** The governance log as `reader` sees it now, newest first. */
export const listLogged = async (reader: Caller, filter: Filter) =>
  (await listGoverned((await again(reader)) as Caller, { filter, limit: 200 })).items;

/** What somebody was denied, that of this moment too. */
export async function listDenials(reader: Caller, of: Caller) {
  await flushDenials();
  return listLogged(reader, { outcome: "DENY", person: of.personId as string });
}
