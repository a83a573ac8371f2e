import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NAMES = ["AUTH_SECRET", "CORE_API_TOKEN"];

/** The environment wins; outside production what is missing is made once and kept beside the data. */
export function secrets(environment, dataDir, production) {
  const given = Object.fromEntries(NAMES.filter((name) => environment[name]).map((name) => [name, environment[name]]));
  const missing = NAMES.filter((name) => !given[name]);
  if (missing.length === 0) return given;
  if (production) throw new Error(`${missing.join(" and ")} must be set in production: at least 32 random characters.`);
  const kept = read(join(dataDir, "secrets.json"));
  const made = Object.fromEntries(
    missing.filter((name) => !kept[name]).map((name) => [name, randomBytes(32).toString("base64url")]),
  );
  if (Object.keys(made).length > 0) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "secrets.json"), `${JSON.stringify({ ...kept, ...made }, null, 2)}\n`, { mode: 0o600 });
  }
  return { ...kept, ...made, ...given };
}

/** A secret between our own programs on this machine: made once and kept beside the data, in production too. */
export function ownSecret(name, dataDir) {
  const file = join(dataDir, "secrets.json");
  const kept = read(file);
  if (kept[name]) return kept[name];
  const made = randomBytes(32).toString("hex"); // it may stand on a command line, where a dash in front is an option
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...kept, [name]: made }, null, 2)}\n`, { mode: 0o600 });
  return made;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw new Error(`${file} cannot be read (${error.message}); repair it or remove it.`);
  }
}
