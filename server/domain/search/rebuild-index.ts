import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantIds } from "#server/domain/identity/queries.ts";
import { collectionsOf, indexDocuments, PAGE } from "#server/domain/search/index-documents.ts";
import type { CollectionName, Field } from "#server/domain/search/rules.ts";
import { COLLECTION_NAMES, COLLECTIONS } from "#server/domain/search/rules.ts";
import { database } from "#server/platform/db.ts";
import { logger } from "#server/platform/logger.ts";
import type { CollectionField } from "#server/platform/typesense.ts";
import {
  createCollection,
  dropCollection,
  listAliases,
  listCollections,
  moveAlias,
} from "#server/platform/typesense.ts";

const NIL = "00000000-0000-0000-0000-000000000000";
/** What stands between such signs is a word by itself; the engine joins over all others, as in O'Brien. */
const SEPARATORS = [...'@.-_/:,;<>()[]{}|&=+#*!?"`~\\'];

const declared = ({ name, type, facet, sort, optional, shown }: Field): CollectionField => ({
  name,
  type,
  facet: facet === true,
  optional: optional === true,
  index: shown !== true,
  ...(sort ? { sort: true } : {}),
});

const schemaOf = (name: CollectionName): CollectionField[] => COLLECTIONS[name].fields.map(declared);

/**
 * Whether a collection takes what is declared and finds by it. It may know more, as long as nothing of that is needed:
 * while an old version of the program runs beside a new one, neither builds what the other has built.
 */
function fits(standing: readonly CollectionField[], wanted: readonly CollectionField[]): boolean {
  const said = ({ type, facet, optional }: CollectionField) => `${type} ${facet ?? false} ${optional ?? false}`;
  const known = new Map(standing.map((field) => [field.name, field]));
  const more = standing.filter(({ name }) => name !== "id" && !wanted.some((field) => field.name === name));
  return (
    more.every(({ optional }) => optional === true) &&
    wanted.every((field) => {
      const found = known.get(field.name);
      return found !== undefined && said(found) === said(field);
    })
  );
}

/** One rebuilding of a kind at a time, over all processes; null where another has it. */
async function alone<T>(name: CollectionName, run: () => Promise<T>): Promise<T | null> {
  const connection = await database().pool.connect();
  const key = [`reindex ${name}`];
  try {
    const { rows } = await connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine", key);
    if (!rows[0].mine) return null;
    try {
      return await run();
    } finally {
      await connection.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key);
    }
  } finally {
    connection.release();
  }
}

interface Stopping {
  readonly aborted: boolean;
}

export interface Rebuilt {
  readonly collection: string;
  readonly documents: number;
  /** What the engine did not take. */
  readonly refused: number;
}

async function fill(
  name: CollectionName,
  collection: string,
  stopping: Stopping,
): Promise<Omit<Rebuilt, "collection">> {
  let [documents, refused] = [0, 0];
  for (const tenantId of await tenantIds()) {
    const caller = await systemCaller(tenantId);
    for (let after = NIL; ; ) {
      if (stopping.aborted) throw new Error("stopped before the index was whole");
      const page = await indexDocuments(caller, name, { after, limit: PAGE }, collection);
      documents += page.documents.length - page.refused.size;
      refused += page.refused.size;
      for (const [id, reason] of page.refused) logger.error({ collection, id, reason }, "a document was refused");
      const last = page.documents.at(-1);
      if (!last || page.documents.length < PAGE) break;
      after = last.id;
    }
  }
  return { documents, refused };
}

/**
 * A new collection beside the one that is searched. From its first moment what changes goes into both; when it holds
 * all records its alias moves, and the old ones are dropped: no search ever sees a part. Null where somebody else is at it.
 */
export function rebuildIndex(name: CollectionName, stopping: Stopping = { aborted: false }): Promise<Rebuilt | null> {
  return alone(name, async () => {
    const collection = `${name}_${Date.now()}`;
    await createCollection({ name: collection, fields: schemaOf(name), token_separators: SEPARATORS });
    try {
      const filled = await fill(name, collection, stopping);
      await moveAlias(name, collection);
      for (const old of await collectionsOf(name)) if (old !== collection) await dropCollection(old);
      return { collection, ...filled };
    } catch (error) {
      await dropCollection(collection).catch(() => undefined); // else the next rebuilding does
      throw error;
    }
  });
}

/** What a rebuilding left that was killed: changes would go into it for ever, and may be refused by it. */
async function dropStrays(name: CollectionName, standing: string): Promise<void> {
  if ((await collectionsOf(name)).every((found) => found === standing)) return;
  await alone(name, async () => {
    const searched = (await listAliases()).get(name);
    for (const stray of await collectionsOf(name)) if (searched && stray !== searched) await dropCollection(stray);
  });
}

/** Builds what is missing, or was declared otherwise when it was built. */
export async function ensureIndexes(stopping: Stopping): Promise<void> {
  const [aliases, collections] = [await listAliases(), await listCollections()];
  for (const name of COLLECTION_NAMES) {
    const standing = collections.find((collection) => collection.name === aliases.get(name));
    if (stopping.aborted) continue;
    if (standing && fits(standing.fields, schemaOf(name))) {
      await dropStrays(name, standing.name);
      continue;
    }
    const rebuilt = await rebuildIndex(name, stopping);
    if (rebuilt) logger.info({ ...rebuilt }, "a search index was built");
  }
}
