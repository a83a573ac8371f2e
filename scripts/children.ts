import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { ROOT } from "./install.mjs";

const LIMIT_TO_STOP = 15_000;

export type Child = {
  name: string;
  pid: number;
  ended: Promise<number>;
  stop: () => Promise<void>;
};

export type ChildOptions = {
  name: string;
  /** Node itself where none is given. */
  program?: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  quiet?: boolean;
  /** Hears its standard output as it comes, which then nobody else does. */
  hear?: (text: string) => void;
};

export const NODE_FLAGS = ["--disable-warning=ExperimentalWarning"];
export const SERVER_FLAGS = [...NODE_FLAGS, `--import=${new URL("server-only.mjs", import.meta.url)}`];

/**
 * A child in a process group of its own: Ctrl-C reaches only us, and we stop web and worker before the database.
 * The channel tells it when we are gone, however we went.
 */
export function startChild({ name, program = process.execPath, args, env, quiet = false, hear }: ChildOptions): Child {
  const output = quiet ? "pipe" : "inherit";
  const child = spawn(program, args, {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ["ignore", hear ? "pipe" : output, output, "ipc"],
  });
  let said = "";
  let stopped = false;
  const keep = (chunk: Buffer) => {
    said += chunk;
  };
  child.stdout?.on("data", hear ? (chunk) => hear(`${chunk}`) : keep);
  child.stderr?.on("data", keep);
  const ended = new Promise<number>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      if (code !== 0 && !stopped) process.stderr.write(said);
      done(code ?? 1);
    });
  });
  const signal = (kind: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), kind);
    } catch {
      // The group is gone already.
    }
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    stopped = true;
    child.kill("SIGTERM");
    const force = setTimeout(() => signal("SIGKILL"), LIMIT_TO_STOP);
    await ended;
    clearTimeout(force);
    signal("SIGKILL");
  };
  return { name, pid: child.pid ?? 0, ended, stop };
}

export function entry(file: string): string {
  return resolve(ROOT, file);
}
