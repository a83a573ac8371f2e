import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../server/platform/embedded-postgres.ts";
import { makeEmptyFolder, serverAccount } from "../server/platform/embedded-postgres-files.ts";

/** Runs a command, given as arguments, with TEST_DATABASE_URL at a temporary PostgreSQL from the folder in argv[2]. */
const [bin = "", program = "", ...args] = process.argv.slice(2);
const call = promisify(execFile);

const account = await serverAccount();
const folder = await mkdtemp(join(tmpdir(), "countersign-postgres15-"));
const data = join(folder, "data");
const password = randomBytes(16).toString("hex");
const port = await freePort();
const server = (name: string, argv: string[]) => call(join(bin, name), argv, { cwd: folder, ...account });

await chmod(folder, 0o755);
await makeEmptyFolder(data, account);
await writeFile(join(folder, "password"), password, { mode: 0o600 });
if (account) await chown(join(folder, "password"), account.uid, account.gid);
try {
  const access = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`];
  await server("initdb", ["-D", data, "--encoding=UTF8", "--locale=C.UTF-8", ...access]);
  const settings = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200";
  // Its output goes to a file: a pipe would stay open as long as the server lives.
  await server("pg_ctl", ["start", "-D", data, "-w", "-l", join(data, "server.log"), "-o", `-p ${port} ${settings}`]);
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, TEST_DATABASE_URL: url } });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  process.exitCode = code ?? 1;
} finally {
  await server("pg_ctl", ["stop", "-D", data, "-m", "immediate"]).catch(() => {});
  await rm(folder, { recursive: true, force: true });
}
