import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { badJson, forbidden, Problem } from "#server/engine/problem.ts";
import { isObject } from "#server/engine/schema.ts";

export interface Key {
  readonly id: number;
  readonly value: string;
  readonly description: string;
  readonly actions: readonly string[];
  readonly collections: readonly string[];
  /** Seconds since the epoch. */
  readonly expires_at: number;
  readonly autodelete: boolean;
}

/** What a request may do: everything, or a search within what its key carries. */
export type Granted = Readonly<Record<string, unknown>>;

const NEVER = 64_723_363_199;
const KEYS_MAX = 1_000;
/** A scoped key carries a filter, and a filter may name thousands of scopes. */
const KEY_MAX = 300_000;
const DIGEST = 44;
const PREFIX = 4;
const SEARCH = "documents:search";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function texts(raw: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = raw[name];
  if (value === undefined) throw new Problem(400, `Could not find a \`${name}\` key.`);
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new Problem(400, `Wrong format for \`${name}\`. It should be an array of string.`);
  return value;
}

/** A name of a collection, or an expression that it must be as a whole. */
function names(pattern: string, collection: string): boolean {
  if (pattern === "*" || pattern === collection) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(collection);
  } catch {
    return false;
  }
}

/** The keys of an engine; the admin's is none of them. */
export class Keys {
  readonly #admin: string;
  readonly #keys = new Map<number, Key>();
  #nextId = 1;

  constructor(admin: string) {
    this.#admin = admin;
  }

  parse(raw: unknown): Key {
    if (!isObject(raw)) throw badJson();
    if (typeof raw.description !== "string") throw new Problem(400, "Could not find a `description` key.");
    const [actions, collections] = [texts(raw, "actions"), texts(raw, "collections")];
    const expires = raw.expires_at ?? NEVER;
    if (typeof expires !== "number" || !Number.isSafeInteger(expires) || expires < 0)
      throw new Problem(400, "Wrong format for `expires_at`. It should be an unsigned integer.");
    const value = raw.value ?? randomBytes(24).toString("base64url");
    if (typeof value !== "string" || value === "")
      throw new Problem(400, "Wrong format for `value`. It should be a string.");
    if (this.#keys.size >= KEYS_MAX) throw new Problem(400, `There are ${KEYS_MAX} keys already.`);
    if (isSame(value, this.#admin) || [...this.#keys.values()].some((key) => isSame(key.value, value)))
      throw new Problem(409, "API key generation conflict.");
    const { description, autodelete } = raw;
    return {
      id: this.#nextId,
      value,
      description,
      actions,
      collections,
      expires_at: expires,
      autodelete: autodelete === true,
    };
  }

  put(key: Key): void {
    this.#keys.set(key.id, key);
    this.#nextId = Math.max(this.#nextId, key.id + 1);
  }

  delete(id: number): void {
    this.#keys.delete(id);
  }

  get(id: number): Key | undefined {
    return this.#keys.get(id);
  }

  all(): readonly Key[] {
    return [...this.#keys.values()];
  }

  /**
   * What a key allows of an action on a collection ("*" where none is meant): the parameters that it carries.
   * Throws 401.
   */
  grant(key: string, action: string, collection: string): Granted {
    if (key === "" || key.length > KEY_MAX) throw forbidden();
    if (isSame(key, this.#admin)) return {};
    const own = this.all().find(({ value }) => isSame(value, key));
    const allowed = own ? allows(own, action, collection) : false;
    if (allowed) return {};
    const carried = own || action !== SEARCH ? null : this.#scoped(key, collection);
    if (!carried) throw forbidden();
    return carried;
  }

  /** What a scoped key carries, if one of ours signed it, and neither has ended. */
  #scoped(key: string, collection: string): Granted | null {
    const raw = Buffer.from(key, "base64").toString("utf8");
    const [said, prefix, json] = [raw.slice(0, DIGEST), raw.slice(DIGEST, DIGEST + PREFIX), raw.slice(DIGEST + PREFIX)];
    for (const parent of this.all()) {
      if (!parent.value.startsWith(prefix) || parent.actions.length !== 1 || parent.actions[0] !== SEARCH) continue;
      if (!isSame(createHmac("sha256", parent.value).update(json).digest("base64"), said)) continue;
      if (!allows(parent, SEARCH, collection)) continue;
      try {
        const carried: unknown = JSON.parse(json);
        if (!isObject(carried)) return null;
        const { expires_at: ends = NEVER } = carried;
        return typeof ends === "number" && ends > nowSeconds() ? carried : null;
      } catch {
        return null;
      }
    }
    return null;
  }
}

function allows({ actions, collections, expires_at }: Key, action: string, collection: string): boolean {
  const resource = action.slice(0, action.indexOf(":"));
  return (
    expires_at > nowSeconds() &&
    actions.some((one) => one === action || one === "*" || one === `${resource}:*`) &&
    collections.some((pattern) => names(pattern, collection))
  );
}
