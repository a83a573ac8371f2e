import { PRIORITIES } from "#server/domain/approvals/rules.ts";
import { submitApprovals } from "#server/domain/approvals/submit.ts";
import type { World } from "#server/testing/world.ts";

const DUES = [null, null, "2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z", "2027-01-01T12:30:00.123Z"] as const;
const AMOUNTS = [null, null, "0", "100", "100", "-5", "999999999999999999"] as const;
const TITLES = ["Plain", "100% sure", "under_score", "back\\slash", "ÅNGSTRÖM straße", "100 sure"] as const;
const pick = <T>(of: readonly T[], i: number) => of[i % of.length] as T;

/** Requests with ties everywhere: one instant for all of a call, few distinct amounts and dates, many without any. */
export async function addMixed(world: World, scopes: readonly string[], from: number, n: number): Promise<string[]> {
  const items = Array.from({ length: n }, (_, k) => {
    const i = from + k;
    return {
      type: pick(["alpha", "beta", "gamma"], i),
      orgId: pick(scopes, i >> 1),
      title: `${pick(TITLES, i)} ${i}`,
      summary: i % 9 === 0 ? "needle in a summary" : "",
      priority: pick(PRIORITIES, i * 7),
      amount: pick(AMOUNTS, i * 5),
      dueAt: pick(DUES, i * 3),
    };
  });
  return (await submitApprovals(await world.system(), { items })).items.map((i) => i.id);
}
