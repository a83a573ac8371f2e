import type { Collection } from "#server/engine/collection.ts";
import type { DirtyValues, Document } from "#server/engine/documents.ts";
import { checkDocument, DIRTY_VALUES, parseDocument } from "#server/engine/documents.ts";
import { Problem } from "#server/engine/problem.ts";
import type { Parameters } from "#server/engine/search/parameters.ts";
import type { Store } from "#server/engine/store.ts";

const ACTIONS = ["create", "upsert", "update", "emplace"] as const;
export type Action = (typeof ACTIONS)[number];

export function actionOf(parameters: Parameters): Action {
  const action = parameters.get("action") ?? "create";
  if (!(ACTIONS as readonly string[]).includes(action))
    throw new Problem(400, "Parameter `action` must be a create|update|upsert.");
  return action as Action;
}

export function dirtyOf(parameters: Parameters): DirtyValues {
  const said = parameters.get("dirty_values") ?? "coerce_or_reject";
  return (DIRTY_VALUES.includes(said) ? said : "coerce_or_reject") as DirtyValues;
}

const unknownId = (id: string): Problem => new Problem(404, `Could not find a document with id: ${id}`);

type Raw = Readonly<Record<string, unknown>>;

/** The document that an action leaves in the collection, checked; the collection stays as it is. */
export function prepare(collection: Collection, raw: Raw, action: Action, dirty: DirtyValues): Document {
  const given = raw.id as string | undefined;
  if (action === "update" && given === undefined) throw new Problem(400, "For update, the `id` key must be provided.");
  const id = given ?? collection.newId();
  const known = collection.get(id);
  if (action === "create" && known) throw new Problem(409, `A document with id ${id} already exists.`);
  if (action === "update" && !known) throw unknownId(id);
  const merges = (action === "update" || action === "emplace") && known;
  return checkDocument(collection.schema, { ...(merges ? known : {}), ...raw, id }, dirty);
}

/** One document by one of the actions, kept. */
export function putOne(store: Store, collection: Collection, raw: Raw, action: Action, dirty: DirtyValues): Document {
  const document = prepare(collection, raw, action, dirty);
  store.write(collection, [document]);
  collection.put(document);
  return document;
}

export function getOne(collection: Collection, id: string): Document {
  const document = collection.get(id);
  if (!document) throw unknownId(id);
  return document;
}

export function deleteAll(store: Store, collection: Collection, documents: readonly Document[]): void {
  store.write(
    collection,
    documents.map(({ id }) => id),
  );
  for (const { id } of documents) collection.delete(id);
}

/** Every one changed the same way, or none: what does not fit refuses all. */
export function updateAll(
  store: Store,
  collection: Collection,
  documents: readonly Document[],
  change: Raw,
  dirty: DirtyValues,
): void {
  const { id: _, ...set } = change;
  const changed = documents.map((document) => checkDocument(collection.schema, { ...document, ...set }, dirty));
  store.write(collection, changed);
  for (const document of changed) collection.put(document);
}

/** Lines between which others have their turn. */
const TURN = 500;
const LINE_MAX = 1_000_000;

function flag(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name) ?? "false";
  if (value !== "true" && value !== "false") throw new Problem(400, `Parameter \`${name}\` must be a true|false.`);
  return value === "true";
}

/** Imports a document a line; an answer a line, in the same order. */
export async function importLines(
  store: Store,
  collection: Collection,
  body: string,
  parameters: Parameters,
): Promise<string[]> {
  const action = actionOf(parameters);
  const dirty = dirtyOf(parameters);
  const batch = parameters.get("batch_size");
  if (batch !== undefined && !/^[1-9]\d{0,8}$/.test(batch))
    throw new Problem(400, "Parameter `batch_size` must be a positive integer.");
  const [saysId, saysDocument] = [flag(parameters, "return_id"), flag(parameters, "return_doc")];
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const answers: string[] = [];
  for (let from = 0; from < lines.length; from += TURN) {
    const turn = lines.slice(from, from + TURN).map((line) => {
      try {
        if (line.length > LINE_MAX) throw new Problem(400, "The document is too large.");
        const document = prepare(collection, parseDocument(line), action, dirty);
        collection.put(document);
        return { line, document };
      } catch (error) {
        if (error instanceof Problem) return { line, error };
        throw error;
      }
    });
    store.write(
      collection,
      turn.flatMap(({ document }) => document ?? []),
    );
    for (const { line, document, error } of turn) {
      const id = document?.id;
      answers.push(
        JSON.stringify(
          error
            ? { code: error.status, document: line, error: error.message, success: false }
            : { success: true, ...(saysId ? { id } : {}), ...(saysDocument ? { document } : {}) },
        ),
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answers;
}
