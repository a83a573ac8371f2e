import { createMongoAbility, subject } from "@casl/ability";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";
import type { Access, Grant, Permission } from "#server/domain/access/rules.ts";
import { allows } from "#server/domain/access/rules.ts";
import type { Case, Question } from "./workload.ts";

export type { Question } from "./workload.ts";

type Check = (question: Question) => boolean;

export interface Peer {
  readonly name: string;
  /** Of the questions so many are asked in a round, as many as it answers in about a second. */
  readonly questions: number;
  readonly timed: number;
  /** Whose answers are compared first. */
  readonly compared: number;
  /** Ready is who has answered once for each permission: what is compiled when it is asked for is counted too. */
  readonly isLazy: boolean;
  readonly build: (given: Case) => Check | Promise<Check>;
}

const ALL = { questions: 200_000, timed: 50_000, compared: 5_000, isLazy: true };
const FEW = { questions: 300, timed: 300, compared: 100, isLazy: false };

const EVERY_TENTH = 10;

/** From the rows as they come from the database. `until`: the end of the nth grant, in milliseconds. */
const snapshot = (name: string, until: (n: number) => number | null): Peer => ({
  name,
  ...ALL,
  build: ({ scopes, roles, assignments }) => {
    const sets = new Map([...roles].map(([code, permissions]) => [code, new Set<string>(permissions)]));
    const grants = assignments.map(
      ({ role, scopeId, effect }, n): Grant => ({
        permissions: sets.get(role) as ReadonlySet<string>,
        scopeId,
        effect,
        from: null,
        until: until(n),
      }),
    );
    const access = { revision: 1n, grants, scopes: scopes as unknown as Access["scopes"] };
    return ({ permission, scope }) => allows(access, permission as Permission, scope.id, 0);
  },
});

export const ours = snapshot("allows, from a snapshot", () => null);
/** What has an end is asked each time: the answers are those of the others, which are not. */
export const oursTimed = snapshot("the same, each tenth has an end", (n) => (n % EVERY_TENTH === 0 ? 1 : null));

/** Where a permission is given and denied, as every library below is told. */
function byPermission({ roles, assignments }: Case) {
  const places = new Map<string, { allowed: string[]; denied: string[] }>();
  for (const { role, scopeId, effect } of assignments)
    for (const permission of roles.get(role) ?? []) {
      const place = places.get(permission) ?? { allowed: [], denied: [] };
      places.set(permission, place);
      (effect === "DENY" ? place.denied : place.allowed).push(scopeId);
    }
  return places;
}

/** One rule for each permission, and one for its denials: fewer than one for each assignment, and quicker. */
export const casl: Peer = {
  name: "@casl/ability, cached",
  ...ALL,
  build: (given) => {
    const places = [...byPermission(given)];
    const rule = (action: string, ids: readonly string[], inverted: boolean) => ({
      action,
      subject: "scope",
      inverted,
      conditions: { path: { $in: ids } },
    });
    const ability = createMongoAbility([
      ...places.map(([action, { allowed }]) => rule(action, allowed, false)),
      ...places.flatMap(([action, { denied }]) => (denied.length > 0 ? [rule(action, denied, true)] : [])),
    ]);
    const known = new Map([...given.scopes].map(([id, { path }]) => [id, subject("scope", { id, path: [...path] })]));
    return ({ permission, scope }) => ability.can(permission, known.get(scope.id) as never);
  },
};

/** All answers, known before they are asked: what no check can beat by much. */
export const plainMap: Peer = {
  name: "a Map of all answers",
  ...ALL,
  build: async (given) => {
    const check = await ours.build(given);
    const answers = new Map<string, boolean>();
    for (const question of given.questions) answers.set(`${question.permission} ${question.scope.id}`, check(question));
    return ({ permission, scope }) => answers.get(`${permission} ${scope.id}`) ?? false;
  },
};

export const cedar: Peer = {
  name: "@cedar-policy/cedar-wasm",
  ...FEW,
  build: (given) => {
    const list = (ids: readonly string[], type: string) => ids.map((id) => `${type}::"${id}"`).join(", ");
    const policies = given.assignments.map(({ role, scopeId, effect }) => {
      const actions = list(given.roles.get(role) ?? [], "Action");
      const word = effect === "DENY" ? "forbid" : "permit";
      return `${word} (principal == User::"u", action in [${actions}], resource in Scope::"${scopeId}");`;
    });
    const prepared = preparsePolicySet("bench", { staticPolicies: policies.join("\n") });
    if (prepared.type !== "success") throw new Error(JSON.stringify(prepared));
    const uid = (type: string, id: string) => ({ type, id });
    return ({ permission, scope }) => {
      const entities = scope.path.map((id, depth) => ({
        uid: uid("Scope", id),
        attrs: {},
        parents: depth > 0 ? [uid("Scope", scope.path[depth - 1] as string)] : [],
      }));
      const answer = statefulIsAuthorized({
        principal: uid("User", "u"),
        action: uid("Action", permission),
        resource: uid("Scope", scope.id),
        context: {},
        preparsedPolicySetId: "bench",
        entities,
      });
      return answer.type === "success" && answer.response.decision === "allow";
    };
  },
};

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g2(r.obj, p.obj) && r.act == p.act && r.sub == p.sub
`;

/** A policy for each permission of each assignment, and the tree of scopes as roles of resources. */
export const casbin: Peer = {
  name: "casbin",
  questions: 10,
  timed: 10,
  compared: 5,
  isLazy: false,
  build: async (given) => {
    const lines = given.assignments.flatMap(({ role, scopeId, effect }) =>
      (given.roles.get(role) ?? []).map(
        (permission) => `p, u, ${scopeId}, ${permission}, ${effect === "DENY" ? "deny" : "allow"}`,
      ),
    );
    for (const { id, path } of given.scopes.values()) if (path.length > 1) lines.push(`g2, ${id}, ${path.at(-2)}`);
    const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter([...new Set(lines)].join("\n")));
    return ({ permission, scope }) => enforcer.enforceSync("u", scope.id, permission);
  },
};
