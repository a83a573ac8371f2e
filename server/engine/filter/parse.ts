import { Problem } from "#server/engine/problem.ts";

/** One comparison, as it is written. */
export interface Clause {
  readonly field: string;
  readonly comparator: Comparator;
  readonly values: readonly Value[];
}

/** A value, and whether it stood in backticks, so that a sign in it means itself. */
export interface Value {
  readonly text: string;
  readonly quoted: boolean;
}

export type Comparator = "" | "=" | "!=" | "!" | ">" | ">=" | "<" | "<=";

export type Filter = Clause | { readonly op: "&&" | "||"; readonly left: Filter; readonly right: Filter };

/** As many comparisons as Typesense allows unless it is told otherwise, characters, parentheses in one another, values of a list. */
export const OPERATIONS_MAX = 100;
const LENGTH_MAX = 200_000;
const DEPTH_MAX = 100;
const VALUES_MAX = 10_000;

const unparsable = (detail = "."): Problem => new Problem(400, `Could not parse the filter query${detail}`);

type Token = "(" | ")" | "&&" | "||" | { readonly clause: string };

/** Backticks protect all that stands between them. */
function* tokens(text: string): Generator<Token> {
  let clause = "";
  let quoted = false;
  let inList = false;
  const flush = function* (): Generator<Token> {
    if (clause.trim() !== "") yield { clause: clause.trim() };
    clause = "";
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (quoted && sign === "\\" && text[at + 1] === "`") {
      clause += "\\`";
      at++;
      continue;
    }
    if (sign === "`") quoted = !quoted;
    if (quoted || sign === "`") {
      clause += sign;
      continue;
    }
    if (sign === "[") inList = true;
    if (sign === "]") inList = false;
    const two = text.slice(at, at + 2);
    if (!inList && (two === "&&" || two === "||")) {
      yield* flush();
      yield two;
      at++;
    } else if (!inList && (sign === "(" || sign === ")")) {
      yield* flush();
      yield sign;
    } else clause += sign;
  }
  if (quoted) throw unparsable();
  yield* flush();
}

/** The items of a list, parted by commas outside backticks. */
function items(text: string): Value[] {
  const found: Value[] = [];
  let item = "";
  let inTicks = false;
  let quoted = false;
  const end = () => {
    const said = quoted ? item : item.trim();
    if (quoted || said !== "") found.push({ text: said, quoted });
    item = "";
    quoted = false;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (inTicks && sign === "\\" && text[at + 1] === "`") {
      item += "`";
      at++;
    } else if (sign === "`") {
      if (!inTicks && item.trim() === "") item = "";
      inTicks = !inTicks;
      quoted = true;
    } else if (sign === "," && !inTicks) end();
    else if (inTicks || !quoted || sign.trim() !== "") item += sign;
  }
  end();
  if (found.length > VALUES_MAX) throw new Problem(400, `A filter list has more than ${VALUES_MAX} values.`);
  return found;
}

const COMPARATOR = /^(!=|>=|<=|=|>|<|!)?\s*/;

function parseClause(text: string): Clause {
  const colon = text.indexOf(":");
  if (colon <= 0) throw unparsable();
  const field = text.slice(0, colon).trim();
  const rest = text.slice(colon + 1).trim();
  const [said = "", comparator = ""] = COMPARATOR.exec(rest) ?? [];
  const value = rest.slice(said.length).trim();
  const isList = value.startsWith("[");
  if (isList && !value.endsWith("]")) throw unparsable();
  const values = isList
    ? items(value.slice(1, -1))
    : value.includes("`")
      ? items(value)
      : [{ text: value, quoted: false }];
  if (!isList && values.every(({ text: one, quoted }) => one === "" && !quoted))
    throw new Problem(400, `Error with filter field \`${field}\`: Filter value cannot be empty.`);
  return { field, comparator: comparator as Comparator, values };
}

/** The tree of a filter: `&&` and `||` bind equally, from the left, as they do in Typesense. */
export function parseFilter(text: string): Filter | null {
  if (text.length > LENGTH_MAX) throw new Problem(400, "The filter query is too long.");
  if (text.trim() === "") return null;
  let operations = 0;
  const levels: { left: Filter | null; op: "&&" | "||" | null }[] = [{ left: null, op: null }];
  const top = () => levels.at(-1) as (typeof levels)[number];
  const take = (operand: Filter) => {
    const level = top();
    if (level.left && !level.op) throw unparsable();
    level.left = level.left && level.op ? { op: level.op, left: level.left, right: operand } : operand;
    level.op = null;
  };
  for (const token of tokens(text)) {
    if (token === "(") {
      if (levels.length > DEPTH_MAX) throw unparsable();
      levels.push({ left: null, op: null });
    } else if (token === ")") {
      const { left, op } = levels.pop() as (typeof levels)[number];
      if (levels.length === 0) throw unparsable(": unbalanced parentheses.");
      if (!left || op) throw unparsable();
      take(left);
    } else if (token === "&&" || token === "||") {
      const level = top();
      if (!level.left || level.op) throw unparsable(`: unbalanced \`${token}\` operands.`);
      level.op = token;
    } else {
      if (++operations > OPERATIONS_MAX)
        throw new Problem(400, `\`filter_by\` has too many operations. Maximum allowed: ${OPERATIONS_MAX}`);
      take(parseClause(token.clause));
    }
  }
  const [{ left, op } = { left: null, op: null }] = levels;
  if (levels.length > 1) throw unparsable(": unbalanced parentheses.");
  if (op) throw unparsable(`: unbalanced \`${op}\` operands.`);
  if (!left) throw new Problem(400, "Filter query cannot be empty.");
  return left;
}
