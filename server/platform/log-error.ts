/** What of an error may stand in a log: bounded, and without the values that a statement carried. */

const MESSAGE_MAX = 500;
const FRAMES_MAX = 12;
const FRAME_MAX = 200;
const DEPTH_MAX = 3;
const ERRORS_MAX = 3;

export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly sqlState?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly digest?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

type Loose = Record<string, unknown>;

const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;
const word = (value: unknown) => (typeof value === "string" && value.length <= 100 ? value : undefined);

/** PostgreSQL quotes names; values only behind a colon, and anywhere in a data exception (class 22). */
function withoutValues(message: string, sqlState = ""): string {
  return sqlState.startsWith("22") ? message.replace(/"[\s\S]*"/, "…") : message.replace(/: ["'`][\s\S]*$/, ": …");
}

/** The client quotes the whole call with its arguments below the first line, and the driver's message behind `Message`. */
const ofClient = (message: string) => withoutValues(message.trim().split("\n", 1)[0] ?? "");

function said(error: Loose, name: string, sqlState: string | undefined): string {
  const message = typeof error.message === "string" ? error.message : "";
  const safe = name.startsWith("PrismaClient")
    ? ofClient(message)
    : sqlState
      ? withoutValues(message, sqlState)
      : message;
  return safe.length > MESSAGE_MAX ? `${safe.slice(0, MESSAGE_MAX)}…` : safe;
}

/** The frames alone: the first lines of a stack repeat the message. */
function frames(stack: unknown): string | undefined {
  if (typeof stack !== "string") return undefined;
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return lines.length > 0
    ? lines
        .slice(0, FRAMES_MAX)
        .map((line) => line.trim().slice(0, FRAME_MAX))
        .join("\n")
    : undefined;
}

/** The driver's own error, where the client wrapped it. */
function driverCause(error: Loose): unknown {
  const meta = isObject(error.meta) ? error.meta : {};
  const wrapped = isObject(meta.driverAdapterError) ? meta.driverAdapterError : error;
  if (!isObject(wrapped.cause) || typeof wrapped.cause.originalMessage !== "string") return error.cause;
  const { originalMessage, originalCode, kind } = wrapped.cause;
  return { name: word(kind) ?? "DriverError", message: originalMessage, code: originalCode };
}

/** An SQLSTATE: five of capitals and digits, and not one of the client's own codes. */
const sqlStateOf = (code: unknown) =>
  typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !/^(P[1-9]|E[A-Z])/.test(code) ? code : undefined;

export function describeError(thrown: unknown, depth = 1): LoggedError {
  if (!isObject(thrown)) return { name: typeof thrown, message: "" };
  const name = word(thrown.name) ?? "Error";
  const sqlState = sqlStateOf(thrown.code);
  const code = word(thrown.code);
  const optional = {
    code: sqlState ? undefined : code,
    sqlState,
    table: sqlState ? word(thrown.table) : undefined,
    constraint: sqlState ? word(thrown.constraint) : undefined,
    digest: word(thrown.digest),
    stack: depth === 1 ? frames(thrown.stack) : undefined,
  };
  const cause = depth < DEPTH_MAX ? driverCause(thrown) : undefined;
  const errors = depth < DEPTH_MAX && Array.isArray(thrown.errors) ? thrown.errors.slice(0, ERRORS_MAX) : [];
  return {
    name,
    message: said(thrown, name, sqlState),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(isObject(cause) ? { cause: describeError(cause, depth + 1) } : {}),
    ...(errors.length > 0 ? { errors: errors.map((error) => describeError(error, depth + 1)) } : {}),
  };
}
