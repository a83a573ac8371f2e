import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Collection } from "#server/engine/collection.ts";
import type { Document } from "#server/engine/documents.ts";
import type { Key } from "#server/engine/keys.ts";
import { Keys } from "#server/engine/keys.ts";
import { Log, readLines } from "#server/engine/log.ts";
import { notFound, Problem } from "#server/engine/problem.ts";
import type { Schema } from "#server/engine/schema.ts";

/** What is remembered besides the documents: a line each, the later one counts. */
type Note =
  | { readonly op: "create"; readonly schema: Schema; readonly file: number }
  | { readonly op: "drop"; readonly name: string }
  | { readonly op: "alias"; readonly name: string; readonly collection: string }
  | { readonly op: "unalias"; readonly name: string }
  | { readonly op: "key"; readonly key: Key }
  | { readonly op: "unkey"; readonly id: number }
  | { readonly op: "searched"; readonly name: string };

const COLLECTIONS_MAX = 1_000;
/** A log is written anew when it has so many lines more than twice its documents. */
const SLACK = 10_000;

interface Kept {
  readonly collection: Collection;
  readonly file: number;
  readonly log: Log;
}

/** Collections, aliases and keys of an engine, in memory and in a folder of its own. */
export class Store {
  readonly keys: Keys;
  readonly aliases = new Map<string, string>();
  readonly #folder: string;
  readonly #notes: Log;
  readonly #kept = new Map<string, Kept>();
  /** Names of fields that words were looked for in: new collections have theirs ready. */
  readonly #searched = new Set<string>();
  #nextFile = 1;

  constructor(folder: string, adminKey: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.keys = new Keys(adminKey);
    const path = join(folder, "engine.jsonl");
    const notes = [...readLines(path)].flatMap((line) => parsed<Note>(line) ?? []);
    for (const note of notes) if (note.op === "searched") this.#searched.add(note.name);
    this.#notes = new Log(path, notes.length);
    const files = new Map<string, Note & { op: "create" }>();
    for (const note of notes) {
      if (note.op === "create") {
        files.set(note.schema.name, note);
        this.#nextFile = Math.max(this.#nextFile, note.file + 1);
      } else if (note.op === "drop") files.delete(note.name);
      else this.#apply(note);
    }
    for (const { schema, file } of files.values()) this.#open(schema, file);
  }

  #apply(note: Exclude<Note, { op: "create" | "drop" }>): void {
    if (note.op === "alias") this.aliases.set(note.name, note.collection);
    else if (note.op === "unalias") this.aliases.delete(note.name);
    else if (note.op === "key") this.keys.put(note.key);
    else if (note.op === "unkey") this.keys.delete(note.id);
    else this.#searched.add(note.name);
  }

  #note(note: Note): void {
    this.#notes.add([JSON.stringify(note)]);
    if (note.op !== "create" && note.op !== "drop") this.#apply(note);
  }

  #path(file: number): string {
    return join(this.#folder, `${file}.jsonl`);
  }

  #open(schema: Schema, file: number): Collection {
    const collection = new Collection(schema, this.#searched);
    let lines = 0;
    for (const line of readLines(this.#path(file))) {
      const said = parsed<Document | string>(line);
      if (typeof said === "string") collection.delete(said);
      else if (said) collection.put(said);
      lines++;
    }
    this.#kept.set(schema.name, { collection, file, log: new Log(this.#path(file), lines) });
    return collection;
  }

  /** Newest first. */
  collections(): readonly Collection[] {
    return [...this.#kept.values()].reverse().map(({ collection }) => collection);
  }

  /** By its name or by an alias. */
  find(name: string): Collection | undefined {
    return (this.#kept.get(name) ?? this.#kept.get(this.aliases.get(name) ?? ""))?.collection;
  }

  /** Throws 404. */
  get(name: string): Collection {
    const collection = this.find(name);
    if (!collection) throw notFound();
    return collection;
  }

  create(schema: Schema): Collection {
    if (this.#kept.has(schema.name))
      throw new Problem(409, `A collection with name \`${schema.name}\` already exists.`);
    if (this.#kept.size >= COLLECTIONS_MAX) throw new Problem(400, `There are ${COLLECTIONS_MAX} collections already.`);
    const file = this.#nextFile++;
    rmSync(this.#path(file), { force: true });
    this.#note({ op: "create", schema, file });
    return this.#open(schema, file);
  }

  /** Throws 404. */
  drop(name: string): Collection {
    const kept = this.#kept.get(name);
    if (!kept) throw new Problem(404, `No collection with name \`${name}\` found.`);
    this.#note({ op: "drop", name });
    this.#kept.delete(name);
    kept.log.close();
    rmSync(this.#path(kept.file), { force: true });
    return kept.collection;
  }

  alias(name: string, collection: string): void {
    this.#note({ op: "alias", name, collection });
  }

  /** Throws 404. */
  unalias(name: string): string {
    const collection = this.aliases.get(name);
    if (collection === undefined) throw notFound();
    this.#note({ op: "unalias", name });
    return collection;
  }

  addKey(key: Key): void {
    this.#note({ op: "key", key });
  }

  removeKey(id: number): void {
    this.#note({ op: "unkey", id });
  }

  noteSearched(names: readonly string[]): void {
    for (const name of names) if (!this.#searched.has(name)) this.#note({ op: "searched", name });
  }

  /** Writes down what was put into a collection and taken out of it, in this order. */
  write(collection: Collection, changes: readonly (Document | string)[]): void {
    const kept = this.#kept.get(collection.schema.name);
    if (kept?.collection !== collection) throw notFound(); // it was dropped meanwhile
    kept.log.add(changes.map((change) => JSON.stringify(change)));
    // Afterwards, when the collection itself has been changed too: else the change would be in neither log.
    if (kept.log.lines > SLACK) setImmediate(() => this.#rewrite(kept));
  }

  #rewrite({ log, collection }: Kept): void {
    if (log.lines <= collection.size * 2 + SLACK) return;
    log.rewrite(lines(collection)).catch((error: Error) => {
      process.stderr.write(`A log could not be written anew: ${error.message}\n`);
    });
  }

  close(): void {
    this.#notes.close();
    for (const { log } of this.#kept.values()) log.close();
  }
}

/** A line, or nothing where it is none: a machine that lost its power may leave such, and the rest is good. */
function parsed<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    process.stderr.write("A line of a log cannot be read, and is left out.\n");
    return undefined;
  }
}

function* lines(collection: Collection): Generator<string> {
  for (const document of collection.documents()) yield JSON.stringify(document);
}
