import type { ASTNode, ParseResult } from "@marcbachmann/cel-js";
import { Environment } from "@marcbachmann/cel-js";
import type { ScopeNode } from "#server/domain/access/rules.ts";
import type { Priority, Stage } from "#server/domain/approvals/rules.ts";

/** The longest condition; all it may hold besides is bounded below, and by the 64 kB of a payload. */
export const CONDITION_MAX = 500;
export const STAGES_MAX = 10;
/** The most decisions that a stage may need. */
export const NEEDED_MAX = 20;
/** Ten years. */
export const HOURS_MAX = 87_600;
/** The most existing approvals that a draft is tried on. */
export const TRY_OUT_MAX = 500;
/** The most of their payloads that is read for it, and the longest that conditions are evaluated. */
export const TRY_OUT_BYTES = 4 * 1024 * 1024;
export const TRY_OUT_MS = 1_000;
export const LIST_MAX = 1_000;
export const VERSIONS_MAX = 100;

/** What a condition is asked about: the content of one revision, and where it hangs. */
export interface Facts {
  readonly type: string;
  readonly amount: bigint | null;
  readonly priority: Priority;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly org: { readonly code: string; readonly path: readonly string[] };
  /** The cycle's code; null outside of one. */
  readonly cycle: string | null;
  readonly requesterEmail: string | null;
}

/** Where a condition is wrong: a code, the library's sentence, and the characters. */
export interface Flaw {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The names that a condition may use; `type` is a word of the language itself. */
const environment = new Environment({
  limits: { maxAstNodes: 150, maxDepth: 12, maxListElements: 50, maxMapEntries: 0, maxCallArguments: 2 },
})
  .registerVariable("approvalType", "string")
  .registerVariable("amount", "int")
  .registerVariable("hasAmount", "bool")
  .registerVariable("priority", "string")
  .registerVariable("org", { schema: { code: "string", path: "list<string>" } })
  .registerVariable("cycle", "string")
  .registerVariable("requester", { schema: { email: "string", domain: "string" } })
  .registerVariable("payload", "map<string, dyn>");

const NAMES = new Set(["approvalType", "amount", "hasAmount", "priority", "org", "cycle", "requester", "payload"]);
const OPERATORS = new Set("== != < <= > >= in + - * / % && || !_ -_ ?: . [] list value id call rcall".split(" "));
// No regular expressions and no macros that loop: each operation takes time in the length of its operands at most.
const FUNCTIONS = new Set(["has", "size", "int", "double", "string"]);
const METHODS = new Set(["startsWith", "endsWith", "contains", "size", "lowerAscii", "upperAscii", "trim"]);

/** A chain of them over a list of 64 kB copies it over and over: 84 ms for 30, 22 for 8, 7 for 4. */
const PLUS_MAX = 4;

const isNode = (value: unknown): value is ASTNode => typeof value === "object" && value !== null && "op" in value;

/** What of one node the grammar does not have: a code and its name. */
function strangeness(node: ASTNode): readonly [code: string, name: string] | null {
  if (!OPERATORS.has(node.op)) return ["unknown_operator", node.op];
  if (node.op === "id" && !NAMES.has(node.args)) return ["unknown_variable", node.args];
  if (node.op === "call" && !FUNCTIONS.has(node.args[0])) return ["unknown_function", `${node.args[0]}()`];
  if (node.op === "value" && node.args instanceof Uint8Array) return ["unknown_operator", 'b""'];
  if (node.op !== "rcall") return null;
  const [method, receiver, [argument]] = node.args;
  if (!METHODS.has(method)) return ["unknown_function", `${method}()`];
  // Both sides as long as payloads take time in their product: 3 s for one search.
  if (method === "contains" && (argument?.op !== "value" || receiver.op === "+"))
    return ["contains_literal", "contains() of anything but a text in quotes"];
  return null;
}

/** The first part of a parsed condition that the grammar does not have. */
function stranger(node: ASTNode, count = { plus: 0 }): Flaw | null {
  const { start, end } = node;
  if (node.op === "+" && ++count.plus > PLUS_MAX)
    return { code: "limit_exceeded", message: `Exceeded ${PLUS_MAX} additions`, start, end };
  const strange = strangeness(node);
  if (strange) return { code: strange[0], message: `${strange[1]} is not part of the grammar`, start, end };
  const parts = (Array.isArray(node.args) ? node.args.flat() : [node.args]) as unknown[];
  for (const part of parts) {
    const found = isNode(part) ? stranger(part, count) : null;
    if (found) return found;
  }
  return null;
}

type Compiled = { readonly run: ParseResult } | { readonly flaw: Flaw };

function flawOf(error: unknown, text: string): Flaw {
  const { code, summary, range } = error as { code?: string; summary?: string; range?: { start: number; end: number } };
  return {
    code: code ?? "parse_error",
    message: summary ?? "cannot be read",
    start: range?.start ?? 0,
    end: range?.end ?? text.length,
  };
}

function compile(text: string): Compiled {
  if (text.length > CONDITION_MAX)
    return {
      flaw: { code: "too_long", message: `is longer than ${CONDITION_MAX}`, start: CONDITION_MAX, end: text.length },
    };
  try {
    const run = environment.parse(text);
    const strange = stranger(run.ast);
    if (strange) return { flaw: strange };
    const checked = run.check();
    if (!checked.valid) return { flaw: flawOf(checked.error, text) };
    if (checked.type !== "bool" && checked.type !== "dyn")
      return {
        flaw: { code: "not_bool", message: `gives ${checked.type}, not true or false`, start: 0, end: text.length },
      };
    return { run };
  } catch (error) {
    return { flaw: flawOf(error, text) };
  }
}

const COMPILED_MAX = 1000;
const compiled = new Map<string, Compiled>();

function compiledOf(text: string): Compiled {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  const fresh = compile(text);
  compiled.set(text, fresh);
  return fresh;
}

/** What is wrong with a condition, or null. */
export function conditionFlaw(text: string): Flaw | null {
  const result = compile(text); // not kept: it is asked at every keystroke
  return "flaw" in result ? result.flaw : null;
}

/** An absent amount is left out: a condition on it then cannot be evaluated. */
function variables({ type, amount, priority, payload, org, cycle, requesterEmail }: Facts): Record<string, unknown> {
  return {
    approvalType: type,
    ...(amount === null ? {} : { amount }),
    hasAmount: amount !== null,
    priority,
    org: { code: org.code, path: [...org.path] },
    cycle: cycle ?? "",
    requester: {
      email: requesterEmail ?? "",
      domain: requesterEmail?.slice(requesterEmail.lastIndexOf("@") + 1) ?? "",
    },
    payload,
  };
}

/** Whether a condition holds; a flaw when it has no answer for these facts. */
export function holds(text: string, facts: Facts): boolean | Flaw {
  const condition = compiledOf(text);
  if ("flaw" in condition) return condition.flaw;
  try {
    const answer: unknown = condition.run(variables(facts));
    if (typeof answer === "boolean") return answer;
    return { code: "not_bool", message: "does not give true or false", start: 0, end: text.length };
  } catch (error) {
    const flaw = flawOf(error, text);
    // The one variable that a request may be without.
    return flaw.code === "unknown_variable"
      ? { ...flaw, code: "no_amount", message: "the request has no amount" }
      : flaw;
  }
}

/** Where an approval hangs, in codes: what a person writes into a condition. */
export function placeFacts(
  scopes: ReadonlyMap<string, ScopeNode>,
  orgId: string,
  cycleId: string | null,
): Pick<Facts, "org" | "cycle"> {
  const code = (id: string) => scopes.get(id)?.code ?? "";
  return {
    org: { code: code(orgId), path: (scopes.get(orgId)?.path ?? []).map(code) },
    cycle: cycleId === null ? null : code(cycleId),
  };
}

export interface Applied {
  /** The indices of the stages that apply, in order; empty: all of them. */
  readonly stages: readonly number[];
  /** Those of them whose condition had no answer: they apply, so that a missing field never takes a control away. */
  readonly unevaluated: readonly { readonly stage: number; readonly flaw: Flaw }[];
}

/** Which stages of a policy apply to a revision. */
export function applicableStages(stages: readonly Stage[], facts: Facts): Applied {
  const unevaluated: { stage: number; flaw: Flaw }[] = [];
  const applying = stages.flatMap(({ when }, stage) => {
    const answer = when ? holds(when, facts) : true;
    if (typeof answer === "boolean") return answer ? [stage] : [];
    unevaluated.push({ stage, flaw: answer });
    return [stage];
  });
  return { stages: applying.length === stages.length ? [] : applying, unevaluated };
}

const HOUR = 3_600_000;
const hoursAfter = (at: Date, hours: number) => new Date(at.getTime() + hours * HOUR);

export interface Deadlines {
  readonly dueAt: Date | null;
  /** Whether the due date is the policy's and not the sender's. */
  readonly dueGiven: boolean;
  readonly expiresAt: Date | null;
}

/** The sent due date or the policy's; expiry counts from it, or from the revision where that came later. */
export function deadlines(
  policy: { readonly dueAfterHours: number | null; readonly expiresAfterHours: number | null },
  sent: Date | null,
  now: Date,
): Deadlines {
  const given = sent === null && policy.dueAfterHours !== null ? hoursAfter(now, policy.dueAfterHours) : null;
  const dueAt = sent ?? given;
  if (dueAt === null || policy.expiresAfterHours === null) return { dueAt, dueGiven: given !== null, expiresAt: null };
  const from = dueAt < now ? now : dueAt;
  return { dueAt, dueGiven: given !== null, expiresAt: hoursAfter(from, policy.expiresAfterHours) };
}
