import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { markOld } from "#components/live/mark-old.ts";

/** A list of three pages that somebody looks at; each reading ends when it is let go, with the version it began with. */
async function lookedAt() {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const list = { version: 1 };
  const waiting: (() => void)[] = [];
  const observer = new InfiniteQueryObserver(queryClient, {
    queryKey: ["list"],
    queryFn: async ({ pageParam }) => {
      const { version } = list;
      await new Promise<void>((go) => waiting.push(go));
      return `${pageParam}@${version}`;
    },
    initialPageParam: 1,
    getNextPageParam: (_, pages) => (pages.length < 3 ? pages.length + 1 : undefined),
  });
  observer.subscribe(() => {});
  const letGo = async (readings: number) => {
    for (let n = 0; n < readings; n += 1) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    }
  };
  await letGo(1);
  await expect.poll(() => observer.getCurrentResult().data?.pages).toEqual(["1@1"]);
  return {
    list,
    waiting,
    letGo,
    fetchNextPage: () => observer.fetchNextPage(),
    markOld: () => markOld(queryClient, { queryKey: ["list"] }),
    pages: () => observer.getCurrentResult().data?.pages,
  };
}

test("a page that is on its way is not dropped by what makes the list old, which is read once after it", async () => {
  const { list, letGo, fetchNextPage, markOld, pages, waiting } = await lookedAt();
  const next = fetchNextPage();
  list.version = 2;
  for (let told = 0; told < 5; told += 1) markOld();
  await letGo(1);
  await next;
  await letGo(2);
  await expect.poll(pages).toEqual(["1@2", "2@2"]);
  expect(waiting).toEqual([]);
});

test("a page that is asked for while the list is read again does not leave it old", async () => {
  const { list, letGo, fetchNextPage, markOld, pages, waiting } = await lookedAt();
  list.version = 2;
  markOld();
  await expect.poll(() => waiting.length).toBe(1);
  const next = fetchNextPage();
  await letGo(2); // the reading that was dropped, and the page
  await next;
  await letGo(2);
  await expect.poll(pages).toEqual(["1@2", "2@2"]);
});

test("what is told while the list is read again is read after it, once", async () => {
  const { list, letGo, markOld, pages, waiting } = await lookedAt();
  markOld();
  await expect.poll(() => waiting.length).toBe(1);
  list.version = 2;
  for (let told = 0; told < 5; told += 1) markOld();
  await letGo(2);
  await expect.poll(pages).toEqual(["1@2"]);
  expect(waiting).toEqual([]);
});
