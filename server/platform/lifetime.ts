import "server-only";

/** Runs `stop` once when the process is told to end, or when its supervisor is gone, and exits within `bound` ms. */
export function onShutdown(stop: () => Promise<void>, bound = 10_000): void {
  let stopping = false;
  const begin = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), bound).unref();
    await stop();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "disconnect"] as const) process.on(signal, begin);
}
