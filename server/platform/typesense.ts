import "server-only";
import { createHmac } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Client, Errors } from "typesense";
import { env } from "#server/platform/env.ts";

/**
 * The search engine behind one protocol, Typesense's: a server or a cluster of them, a program beside us, or the engine
 * that comes along. Which of them it is, only the start knows.
 */

interface Server {
  readonly urls: readonly string[];
  readonly apiKey: string;
}

interface Bound extends Server {
  /** For people who wait: two tries within what they are promised. */
  readonly asking: Client;
  /** For the worker, which tries again by itself. */
  readonly writing: Client;
}

const TRY_SECONDS = 2;
const RETRY_SECONDS = 0.1;
/** Nothing that a person waits for takes longer. */
export const SEARCH_SECONDS = 5;
const WRITE_SECONDS = 30;

/** The engine does not answer, is not ready, or answers with an error of its own. */
export class SearchAway extends Error {
  constructor(cause: unknown) {
    super(`the search engine does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "SearchAway";
  }
}

/** What it was asked for is not there. */
export const isMissing = (error: unknown): boolean => error instanceof Errors.ObjectNotFound;

const shared = globalThis as { countersignTypesense?: Bound | null };

function open({ urls, apiKey }: Server): Bound {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const client = (seconds: number, numRetries: number) =>
    new Client({
      nodes: urls.map((url) => ({ url })),
      apiKey,
      connectionTimeoutSeconds: seconds,
      numRetries,
      retryIntervalSeconds: RETRY_SECONDS,
      healthcheckIntervalSeconds: TRY_SECONDS,
      logLevel: "silent",
      ...agents,
    });
  return { urls, apiKey, asking: client(TRY_SECONDS, 1), writing: client(WRITE_SECONDS, urls.length - 1) };
}

/** Replaces the process's engine: tests, which start one of their own. Null is none. */
export function bindTypesense(server: Server | null): void {
  shared.countersignTypesense = server && open(server);
}

function bound(): Bound | null {
  const { TYPESENSE_URL: urls, TYPESENSE_API_KEY: apiKey } = env;
  if (shared.countersignTypesense === undefined)
    shared.countersignTypesense = urls.length > 0 && apiKey ? open({ urls, apiKey }) : null;
  return shared.countersignTypesense;
}

/** Whether there is an engine at all. */
export const searchIsOn = (): boolean => bound() !== null;

function typesense(): Bound {
  const found = bound();
  if (!found) throw new SearchAway("none is configured");
  return found;
}

/** The engine's own refusals come through; all else means that it is away. */
async function reached<T>(asked: Promise<T>, seconds = WRITE_SECONDS): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new SearchAway(`nothing within ${seconds} s`)), seconds * 1000);
  try {
    return await Promise.race([asked, late.promise]);
  } catch (error) {
    const status = (error as { httpStatus?: number }).httpStatus ?? 0;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw error;
    throw error instanceof SearchAway ? error : new SearchAway(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds until it said that it is well; null when it did not. */
export async function pingTypesense(): Promise<number | null> {
  const from = performance.now();
  try {
    const { ok } = (await reached(typesense().asking.health.retrieve(), SEARCH_SECONDS)) as { ok: boolean };
    return ok ? Math.round(performance.now() - from) : null;
  } catch {
    return null;
  }
}

/** The key that may search one collection and nothing else; the same in every process, and unknown without the engine's. */
const searchKey = (collection: string): string =>
  createHmac("sha256", typesense().apiKey).update(`search ${collection}`).digest("base64url");

/** A key that carries what it is limited to, and ends: the engine joins its filter with whatever is asked. */
export function scopedKey(
  collection: string,
  limits: { readonly filter_by: string; readonly [parameter: string]: string | number },
  seconds: number,
): string {
  const parameters = { ...limits, expires_at: Math.floor(Date.now() / 1000) + seconds };
  return typesense().asking.keys().generateScopedSearchKey(searchKey(collection), parameters);
}

async function makeSearchKeys(collections: readonly string[]): Promise<void> {
  for (const name of collections) {
    const key = { description: `search ${name}`, actions: ["documents:search"], collections: [name] };
    try {
      await reached(
        typesense()
          .asking.keys()
          .create({ ...key, value: searchKey(name) }),
        SEARCH_SECONDS,
      );
    } catch (error) {
      if (!(error instanceof Errors.ObjectAlreadyExists)) throw error;
    }
  }
}

export interface SearchRequest {
  readonly collection: string;
  /** Of `scopedKey`. */
  readonly "x-typesense-api-key": string;
  readonly [parameter: string]: string | number | boolean;
}

/** One result for each search, in order: the engine's own answer, which may be its refusal of that search. */
export async function multiSearch(searches: readonly SearchRequest[]): Promise<Record<string, unknown>[]> {
  const ask = async () => {
    const answer = typesense().asking.multiSearch.perform({ searches: searches as never[] });
    return (await reached(answer, SEARCH_SECONDS)) as unknown as { results: Record<string, unknown>[] };
  };
  try {
    return (await ask()).results;
  } catch (error) {
    // An engine that has just been set up, or that has lost what it had, does not know the keys yet.
    if (!(error instanceof Errors.RequestUnauthorized)) throw error;
    await makeSearchKeys([...new Set(searches.map(({ collection }) => collection))]);
    return (await ask()).results;
  }
}

export interface CollectionField {
  readonly name: string;
  readonly type: string;
  readonly facet?: boolean;
  readonly optional?: boolean;
  readonly sort?: boolean;
  readonly index?: boolean;
}

export interface Collection {
  readonly name: string;
  readonly fields: readonly CollectionField[];
}

export const listCollections = (): Promise<readonly Collection[]> =>
  reached(typesense().writing.collections().retrieve()) as Promise<readonly Collection[]>;

export async function createCollection(schema: {
  name: string;
  fields: readonly CollectionField[];
  token_separators: readonly string[];
}): Promise<void> {
  await reached(
    typesense()
      .writing.collections()
      .create(schema as never),
  );
}

/** One that is gone already is gone. */
export async function dropCollection(name: string): Promise<void> {
  await reached(typesense().writing.collections(name).delete()).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

/** The collection that each alias stands for. */
export async function listAliases(): Promise<ReadonlyMap<string, string>> {
  const { aliases } = await reached(typesense().writing.aliases().retrieve());
  return new Map(aliases.map(({ name, collection_name }) => [name, collection_name]));
}

/** From one answer of the engine to the next a name stands for another collection: no search in between finds none. */
export async function moveAlias(name: string, collection: string): Promise<void> {
  await reached(typesense().writing.aliases().upsert(name, { collection_name: collection }));
}

/** Puts documents in the place of those that have their ids. What was wrong with each; null where nothing was. */
export async function importDocuments(collection: string, documents: readonly object[]): Promise<(string | null)[]> {
  if (documents.length === 0) return [];
  const lines = documents.map((document) => JSON.stringify(document)).join("\n");
  const answer = await reached(
    typesense().writing.collections(collection).documents().import(lines, { action: "upsert", dirty_values: "reject" }),
  );
  const said = answer.split("\n").map((line) => JSON.parse(line) as { success: boolean; error?: string });
  if (said.length !== documents.length) throw new SearchAway("an import was answered in part");
  return said.map(({ success, error }) => (success ? null : (error ?? "refused without a word")));
}

/** These fields of all documents that a filter leaves, or of all where it is empty, one after the other as they come. */
export async function* exportDocuments(
  collection: string,
  filter: string,
  fields: readonly string[],
): AsyncGenerator<Record<string, unknown>> {
  const options = { ...(filter ? { filter_by: filter } : {}), include_fields: fields.join(",") };
  const stream = (await reached(
    typesense().writing.collections(collection).documents().exportStream(options),
  )) as unknown as Readable;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== "") yield JSON.parse(line) as Record<string, unknown>;
}

export async function deleteDocuments(collection: string, filter: string): Promise<void> {
  await reached(typesense().writing.collections(collection).documents().delete({ filter_by: filter }));
}
