import { setImmediate as othersTurn } from "node:timers/promises";
import type { Subject } from "#server/domain/access/read-proposal.ts";
import { readProposal } from "#server/domain/access/read-proposal.ts";
import { PERMISSIONS } from "#server/domain/access/rules.ts";
import { simulationInput } from "#server/domain/access/schema.ts";
import type { Gain, Simulation } from "#server/domain/access/simulate.ts";
import { simulate } from "#server/domain/access/simulate.ts";
import type { Read } from "#server/domain/query.ts";
import { query } from "#server/domain/query.ts";

const PARTS_MAX = 20;

/** What is said of a part of the tree: only what the reader administers. */
function gainShape({ caller, scopes }: Read, { at, except, from, ...gain }: Gain) {
  const places = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const scope = scopes.includes(id) ? caller.access.scopes.get(id) : undefined;
      return scope ? [{ id, kind: scope.kind, code: scope.code, name: scope.name }] : [];
    });
  const [where, not] = [places(at), places(except)];
  return {
    ...gain,
    at: where.slice(0, PARTS_MAX),
    except: not.slice(0, PARTS_MAX),
    more: Math.max(0, where.length - PARTS_MAX) + Math.max(0, not.length - PARTS_MAX),
    from: from === null ? null : new Date(from).toISOString(),
  };
}

/** So many are compared before other requests of the process have their turn. */
const SUBJECTS_A_TURN = 100;

type Touched = Subject & Simulation;

/** How many of a kind who are let in gain and lose something now, and of how many only something to come is another. */
function counted(items: readonly Touched[], kind: Subject["kind"]) {
  const own = items.filter((item) => item.kind === kind && item.barred === null && item.gains.length > 0);
  const now = own.map(({ gains }) => gains.filter(({ from }) => from === null));
  const some = (does: Gain["does"]) => now.filter((gains) => gains.some((gain) => gain.does === does)).length;
  return { gain: some("GAIN"), lose: some("LOSE"), later: now.filter((gains) => gains.length === 0).length };
}

/** Who would gain or lose what, and where, by a change that nobody has made yet: what the checks answer after it (R9). */
export const simulateAccess = query({
  name: "access.simulate",
  permission: "access:write",
  input: simulationInput,
  run: async (read, { change, limit }) => {
    const { about, subjects } = await readProposal(read, change);
    const permissions = PERMISSIONS.filter((permission) => about.includes(permission));
    const now = Date.now();
    const touched: Touched[] = [];
    for (const [n, subject] of subjects.entries()) {
      if (n % SUBJECTS_A_TURN === SUBJECTS_A_TURN - 1) await othersTurn();
      const simulation = simulate(read.caller.access.scopes, subject, permissions, now);
      if (simulation.gains.length > 0 || simulation.cutAt !== null) touched.push({ ...subject, ...simulation });
    }
    return {
      at: new Date(now).toISOString(),
      people: counted(touched, "PERSON"),
      clients: counted(touched, "CLIENT"),
      items: touched.slice(0, limit).map(({ id, kind, name, email, barred, gains, cutAt }) => ({
        id,
        kind,
        name,
        email,
        /** What keeps them out: then it holds once that is over. */
        barred,
        gains: gains.map((gain) => gainShape(read, gain)),
        /** From then on nobody has looked: too much of theirs begins and ends before. */
        cutAt: cutAt === null ? null : new Date(cutAt).toISOString(),
      })),
      more: Math.max(0, touched.length - limit),
    };
  },
});
