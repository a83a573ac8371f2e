import type { Collection } from "#server/engine/collection.ts";
import type { Document } from "#server/engine/documents.ts";
import { parseDocument } from "#server/engine/documents.ts";
import type { Answer, Request } from "#server/engine/http.ts";
import { multiSearch, searchOne } from "#server/engine/multi-search.ts";
import { badJson, notFound, Problem } from "#server/engine/problem.ts";
import { isObject, parseSchema } from "#server/engine/schema.ts";
import { narrowed, projection } from "#server/engine/search/search.ts";
import { metrics, Stats } from "#server/engine/stats.ts";
import type { Store } from "#server/engine/store.ts";
import { actionOf, deleteAll, dirtyOf, getOne, importLines, putOne, updateAll } from "#server/engine/writes.ts";

const IMPORT_MAX = 32 * 1024 * 1024;
const BODY_MAX = 1024 * 1024;
const ALIASES_MAX = 1_000;

type Params = Readonly<Record<string, string>>;
type Group = Parameters<Stats["note"]>[1];

interface Route {
  readonly method: string;
  readonly path: readonly string[];
  /** What a key must allow; null is open to anybody, "" is checked by the handler. */
  readonly action: string | null;
  readonly group: Group;
  readonly answer: (request: Request, params: Params) => Answer | Promise<Answer>;
}

const json = async (request: Request): Promise<unknown> => {
  try {
    return JSON.parse(await request.body(BODY_MAX));
  } catch (error) {
    throw error instanceof Problem ? error : badJson();
  }
};

const shown = (collection: Collection) => ({ ...collection.schema, num_documents: collection.size });

/** Everything that the engine answers, by method and path. */
export function routes(store: Store, stats: Stats): readonly Route[] {
  const route =
    (group: Group) =>
    (method: string, path: string, action: string | null, answer: Route["answer"]): Route => ({
      method,
      path: path.split("/").slice(1),
      action,
      group,
      answer,
    });
  const [read, write, remove] = [route("other"), route("write"), route("delete")];
  const of = ({ c = "" }: Params): Collection => store.get(c);
  const parametersOf = ({ query }: Request) => new Map(query);
  /** The documents that a filter leaves, which must be there and not be empty. */
  const filtered = (request: Request, collection: Collection) => {
    const filter = request.query.get("filter_by");
    if (!filter) throw new Problem(400, "Parameter `filter_by` must be provided.");
    return collection.documents(narrowed(collection, [filter]));
  };

  return [
    read("GET", "/health", null, () => ({ status: 200, json: { ok: true } })),
    read("GET", "/debug", "debug:list", () => ({ status: 200, json: { state: 1, version: "27.1" } })),
    read("GET", "/stats.json", "stats.json:list", () => ({ status: 200, json: stats.read() })),
    read("GET", "/metrics.json", "metrics.json:list", () => ({ status: 200, json: metrics() })),
    route("search")("POST", "/multi_search", "", (request) => multiSearch(store, request)),
    route("search")("GET", "/collections/:c/documents/search", "", (request, { c = "" }) =>
      searchOne(store, request, c),
    ),

    read("GET", "/collections", "collections:list", () => ({ status: 200, json: store.collections().map(shown) })),
    write("POST", "/collections", "collections:create", async (request) => {
      const schema = parseSchema(await json(request), Math.floor(Date.now() / 1000));
      return { status: 201, json: shown(store.create(schema)) };
    }),
    read("GET", "/collections/:c", "collections:get", (_, params) => ({ status: 200, json: shown(of(params)) })),
    remove("DELETE", "/collections/:c", "collections:delete", (_, { c = "" }) => ({
      status: 200,
      json: shown(store.drop(c)),
    })),

    read("GET", "/aliases", "aliases:list", () => ({
      status: 200,
      json: { aliases: [...store.aliases].map(([name, collection_name]) => ({ collection_name, name })) },
    })),
    read("GET", "/aliases/:a", "aliases:get", (_, { a: name = "" }) => {
      const collection_name = store.aliases.get(name);
      if (collection_name === undefined) throw notFound();
      return { status: 200, json: { collection_name, name } };
    }),
    write("PUT", "/aliases/:a", "aliases:create", async (request, { a: name = "" }) => {
      const raw = await json(request);
      if (!isObject(raw) || typeof raw.collection_name !== "string")
        throw new Problem(400, "Parameter `collection_name` is required.");
      if (store.aliases.size >= ALIASES_MAX && !store.aliases.has(name))
        throw new Problem(400, `There are ${ALIASES_MAX} aliases already.`);
      store.alias(name, raw.collection_name);
      return { status: 200, json: { collection_name: raw.collection_name, name } };
    }),
    remove("DELETE", "/aliases/:a", "aliases:delete", (_, { a: name = "" }) => ({
      status: 200,
      json: { collection_name: store.unalias(name), name },
    })),

    route("import")("POST", "/collections/:c/documents/import", "documents:import", async (request, params) => {
      const collection = of(params);
      const body = await request.body(IMPORT_MAX);
      return { status: 200, lines: await importLines(store, collection, body, parametersOf(request)) };
    }),
    read("GET", "/collections/:c/documents/export", "documents:export", (request, params) => {
      const collection = of(params);
      const show = projection(parametersOf(request));
      const documents = collection.documents(narrowed(collection, [request.query.get("filter_by") ?? undefined]));
      return { status: 200, lines: asLines(documents, show) };
    }),
    write("POST", "/collections/:c/documents", "documents:create", async (request, params) => {
      const parameters = parametersOf(request);
      const [collection, action] = [of(params), actionOf(parameters)];
      const raw = parseDocument(await request.body(BODY_MAX));
      return { status: 201, json: putOne(store, collection, raw, action, dirtyOf(parameters)) };
    }),
    write("PATCH", "/collections/:c/documents", "documents:update", async (request, params) => {
      const collection = of(params);
      const change = parseDocument(await request.body(BODY_MAX));
      const documents = filtered(request, collection);
      updateAll(store, collection, documents, change, dirtyOf(parametersOf(request)));
      return { status: 200, json: { num_updated: documents.length } };
    }),
    remove("DELETE", "/collections/:c/documents", "documents:delete", (request, params) => {
      const collection = of(params);
      const batch = request.query.get("batch_size");
      if (batch !== null && !/^[1-9]\d{0,8}$/.test(batch))
        throw new Problem(400, "Parameter `batch_size` must be a positive integer.");
      const documents = filtered(request, collection);
      deleteAll(store, collection, documents);
      return { status: 200, json: { num_deleted: documents.length } };
    }),
    read("GET", "/collections/:c/documents/:id", "documents:get", (request, { id = "", ...params }) => ({
      status: 200,
      json: projection(parametersOf(request))(getOne(of(params), id)),
    })),
    write("PATCH", "/collections/:c/documents/:id", "documents:update", async (request, { id = "", ...params }) => {
      const raw = parseDocument(await request.body(BODY_MAX));
      const dirty = dirtyOf(parametersOf(request));
      return { status: 200, json: putOne(store, of(params), { ...raw, id }, "update", dirty) };
    }),
    remove("DELETE", "/collections/:c/documents/:id", "documents:delete", (request, { id = "", ...params }) => {
      const collection = of(params);
      if (request.query.get("ignore_not_found") === "true" && !collection.get(id)) return { status: 200, json: { id } };
      const document = getOne(collection, id);
      deleteAll(store, collection, [document]);
      return { status: 200, json: document };
    }),

    read("GET", "/keys", "keys:list", () => ({ status: 200, json: { keys: store.keys.all().map(hidden) } })),
    write("POST", "/keys", "keys:create", async (request) => {
      const key = store.keys.parse(await json(request));
      store.addKey(key);
      return { status: 201, json: key };
    }),
    read("GET", "/keys/:id", "keys:get", (_, { id = "" }) => ({ status: 200, json: hidden(keyOf(store, id)) })),
    remove("DELETE", "/keys/:id", "keys:delete", (_, params) => {
      const { id } = keyOf(store, params.id ?? "");
      store.removeKey(id);
      return { status: 200, json: { id } };
    }),
  ];
}

function* asLines(documents: readonly Document[], show: (document: Document) => object): Generator<string> {
  for (const document of documents) yield JSON.stringify(show(document));
}

type Key = ReturnType<Store["keys"]["parse"]>;

/** As it is shown once it was made: with its first signs alone. */
const hidden = ({ value, ...key }: Key) => ({ ...key, value_prefix: value.slice(0, 4) });

function keyOf(store: Store, id: string): Key {
  const key = store.keys.get(Number(id));
  if (!key) throw new Problem(404, "Not found.");
  return key;
}

/** The parameters of a path, if it is this one. */
function paramsOf(pattern: readonly string[], path: readonly string[]): Params | null {
  if (pattern.length !== path.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const said = path[at] as string;
    if (part.startsWith(":")) params[part.slice(1)] = said;
    else if (part !== said) return null;
  }
  return params;
}

/** Answers any request to an engine. Throws a Problem for what it refuses. */
export function answerFrom(store: Store): (request: Request) => Promise<Answer> {
  const stats = new Stats();
  const table = routes(store, stats);
  return async (request) => {
    const from = performance.now();
    for (const { method, path, action, group, answer } of table) {
      if (method !== request.method) continue;
      const params = paramsOf(path, request.path);
      if (!params) continue;
      if (action) store.keys.grant(request.key, action, params.c ?? "*");
      try {
        return await answer(request, params);
      } finally {
        stats.note(`${method} /${path.join("/")}`, group, performance.now() - from);
      }
    }
    throw notFound();
  };
}
