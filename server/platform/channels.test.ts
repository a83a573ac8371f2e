import { afterEach, expect, test } from "vitest";
import { ALL, announce, closeChannels, listen } from "#server/platform/channels.ts";
import { bindTestDatabase } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
afterEach(closeChannels);

const backends = async (name: string) =>
  (
    await admin().pool.query(
      "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
      [name],
    )
  ).rows;
const listening = () => expect.poll(() => backends("countersign-listen")).toHaveLength(1);

function ear(channel: "outbox" | "live") {
  const heard: string[][] = [];
  let gaps = 0;
  const stop = listen(
    channel,
    (ids) => void heard.push([...ids]),
    () => void gaps++,
  );
  return { heard, gaps: () => gaps, stop, all: () => heard.flat() };
}

test("what is told within a moment arrives together, once, and only on its channel", async () => {
  const [outbox, live] = [ear("outbox"), ear("live")];
  await listening();
  announce("outbox", ["a", "b"]);
  announce("outbox", ["b", "c"]);
  announce("live", ["x"]);
  await expect.poll(() => [outbox.all(), live.all()]).toEqual([["a", "b", "c"], ["x"]]);
  expect(outbox.heard).toHaveLength(1);
  expect(await backends("countersign-listen")).toHaveLength(1);
});

test("more than fits one payload comes in several; far more comes as: look at everything", async () => {
  const { all, heard } = ear("outbox");
  await listening();
  const many = Array.from({ length: 1_000 }, (_, at) => `id-${String(at).padStart(30, "0")}`);
  announce("outbox", many);
  await expect.poll(() => all().length).toBe(1_000);
  expect(all()).toEqual(many);
  expect(heard.length).toBeGreaterThan(3);
  announce(
    "outbox",
    Array.from({ length: 10_000 }, (_, at) => `${at}-${"x".repeat(30)}`),
  );
  await expect.poll(() => all().at(-1)).toBe(ALL);
});

test("when its connection is cut, who listens is told of the gap and hears what comes after it; who speaks goes on", async () => {
  const { all, gaps } = ear("outbox");
  await listening();
  announce("outbox", ["before"]);
  await expect.poll(all).toEqual(["before"]);
  for (const { pid } of [...(await backends("countersign-listen")), ...(await backends("countersign-announce"))])
    await admin().pool.query("SELECT pg_terminate_backend($1)", [pid]);
  await expect.poll(gaps).toBe(1);
  announce("outbox", ["after"]);
  await expect.poll(all).toEqual(["before", "after"]);
});

test("who has stopped hears nothing more", async () => {
  const [first, second] = [ear("outbox"), ear("outbox")];
  await listening();
  first.stop();
  announce("outbox", ["a"]);
  await expect.poll(second.all).toEqual(["a"]);
  expect(first.all()).toEqual([]);
});
