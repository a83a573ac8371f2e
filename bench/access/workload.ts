/** One caller of a large tenant, the same in every run. */

export interface Scope {
  readonly id: string;
  readonly path: readonly string[];
}

export interface Assignment {
  readonly role: string;
  readonly scopeId: string;
  readonly effect: "ALLOW" | "DENY";
}

export interface Question {
  readonly permission: string;
  readonly scope: Scope;
}

export interface Case {
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly assignments: readonly Assignment[];
  readonly questions: readonly Question[];
  /** One for each permission. */
  readonly firsts: readonly Question[];
}

const ORGS = 10;
const CYCLES = 10;
const EVENTS = 10;
const PERMISSIONS = 100;
const ROLES = 200;
const PER_ROLE = 20;
const ASSIGNMENTS = 1_000;
const DENIED_EVERY = 50;
const QUESTIONS = 200_000;

export function makeCase(): Case {
  let state = 11;
  const roll = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const scopes = new Map<string, Scope>();
  const add = (id: string, above: readonly string[]) => {
    const scope = { id, path: [...above, id] };
    scopes.set(id, scope);
    return scope.path;
  };
  const root = add("t", []);
  for (let o = 0; o < ORGS; o++) {
    const org = add(`o${o}`, root);
    for (let c = 0; c < CYCLES; c++) {
      const cycle = add(`o${o}c${c}`, org);
      for (let e = 0; e < EVENTS; e++) add(`o${o}c${c}e${e}`, cycle);
    }
  }
  const ids = [...scopes.keys()];
  const permission = () => `noun${roll(PERMISSIONS)}:verb`;
  const roles = new Map(
    Array.from({ length: ROLES }, (_, n) => [`r${n}`, [...new Set(Array.from({ length: PER_ROLE }, permission))]]),
  );
  const assignments = Array.from({ length: ASSIGNMENTS }, (_, n): Assignment => {
    // Below the organisations, so that the answers differ.
    const scopeId = ids[1 + ORGS + roll(ids.length - 1 - ORGS)] as string;
    return { role: `r${roll(ROLES)}`, scopeId, effect: n % DENIED_EVERY === 0 ? "DENY" : "ALLOW" };
  });
  const questions = Array.from({ length: QUESTIONS }, () => ({
    permission: permission(),
    scope: scopes.get(ids[roll(ids.length)] as string) as Scope,
  }));
  const firsts = [...new Map(questions.map((question) => [question.permission, question])).values()];
  return { scopes, roles, assignments, questions, firsts };
}
