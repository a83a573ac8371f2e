import type { Caller } from "#server/domain/caller.ts";
import type { Which } from "#server/domain/search/collections.ts";
import { readDocuments } from "#server/domain/search/collections.ts";
import type { CollectionName, Document } from "#server/domain/search/rules.ts";
import { inTenant } from "#server/platform/db.ts";
import { importDocuments, isMissing, listCollections } from "#server/platform/typesense.ts";

/** Records of one reading. */
export const PAGE = 500;
/** Whoever held the lock longer may have lost it with its connection, and writes nothing any more. */
const HELD_MS = 25_000;

/** The collections of a kind on the engine, the oldest first: the one that is searched, and one that is being built. */
export async function collectionsOf(name: CollectionName): Promise<string[]> {
  const theirs = new RegExp(`^${name}_\\d+$`);
  return (await listCollections())
    .map((collection) => collection.name)
    .filter((found) => theirs.test(found))
    .sort();
}

export interface Indexed {
  readonly documents: readonly Document[];
  /** Why a document was not taken, by its id. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Records as they stand now into every collection of their kind, or into the one that is named. Reading and writing
 * are one at a time for a tenant's records of a kind, so that no older version follows a newer one, whichever worker
 * had it first. A collection that is made later is filled by whoever makes it.
 */
export function indexDocuments(caller: Caller, name: CollectionName, which: Which, into?: string): Promise<Indexed> {
  return inTenant(caller.tenantId, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`search ${caller.tenantId} ${name}`}, 0))`;
    const from = performance.now();
    const targets = into ? [into] : await collectionsOf(name);
    const documents = await readDocuments({ caller, tx }, name, which);
    const refused = new Map<string, string>();
    for (const target of targets) {
      if (performance.now() - from > HELD_MS) throw new Error("the engine took too long, and the lock may be lost");
      const said = await importDocuments(target, documents).catch((error: unknown) => {
        if (into || !isMissing(error)) throw error;
        return []; // dropped meanwhile: another one has taken its place
      });
      for (const [at, error] of said.entries()) if (error !== null) refused.set(documents[at]?.id ?? "", error);
    }
    return { documents, refused };
  });
}
