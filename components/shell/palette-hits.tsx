"use client";

import { Command, useCommandState } from "cmdk";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent } from "react";
import { Configure, Index, InstantSearch, useHits } from "react-instantsearch";
import { typeLabel } from "#components/approvals/amount.ts";
import { useActionName } from "#components/audit/action-name.ts";
import { useMe } from "#components/identity/me.tsx";
import { inOrder, searchClient } from "#components/search/client.ts";
import { Marked } from "#components/search/marked.tsx";
import { partsOf, TAGS } from "#components/search/marks.ts";
import { useSearchState } from "#components/search/use-search-state.ts";
import { SECTIONS } from "#components/shell/navigation.ts";
import { groupClass, itemClass } from "#components/shell/palette-classes.ts";
import { Ago } from "#components/ui/time.tsx";
import { NOT_LEFT } from "#server/domain/people/rules.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { anyOf, COLLECTION_NAMES, COLLECTIONS, READERS } from "#server/domain/search/rules.ts";

/** Of each kind. */
const EACH = 5;
/** Who has left is looked for among the people. */
const NARROWED: Partial<Record<CollectionName, { filters: string }>> = {
  people: { filters: anyOf("status", NOT_LEFT) },
};

type Hit = Readonly<Record<string, string | number | undefined>> & {
  readonly objectID: string;
  readonly _highlightResult?: Readonly<Record<string, { readonly value?: string } | undefined>>;
};

interface HitsProps {
  text: string;
  /** Closes the palette and goes there. */
  onGo: (href: string) => void;
  /** What was found is there. */
  onShown: () => void;
}

/** What the words find of all that the reader may read, the newest five of a kind. */
export function PaletteHits({ text, onGo, onShown }: HitsProps) {
  const { may } = useMe();
  const readable = COLLECTION_NAMES.filter((name) => may(...READERS[name]));
  if (readable.length === 0) return null;
  return (
    <InstantSearch searchClient={searchClient()} future={{ preserveSharedStateOnUnmount: true }}>
      {readable.map((name) => (
        <Index key={name} indexName={inOrder(name, COLLECTIONS[name].order)}>
          <Configure query={text} hitsPerPage={EACH} {...NARROWED[name]} {...TAGS} />
          <Group name={name} onGo={onGo} />
        </Index>
      ))}
      <Outcome onShown={onShown} />
    </InstantSearch>
  );
}

/** That the search is away, or that neither it nor the commands have anything by that name. */
function Outcome({ onShown }: Pick<HitsProps, "onShown">) {
  const t = useTranslations("palette");
  const filters = useTranslations("filters");
  const { error, status, scopedResults } = useSearchState();
  const shown = useEffectEvent(onShown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are when it runs, and not what it reads
  useEffect(() => shown(), [scopedResults]);
  const commands = useCommandState((state) => state.filtered.count);
  const nothing = commands === 0 && status === "idle" && scopedResults.every(({ results }) => results?.nbHits === 0);
  return (
    <p role="status" className="px-4 py-3 text-center text-ink-2 text-sm empty:hidden">
      {error ? filters("away") : nothing ? t("empty") : null}
    </p>
  );
}

const SECTION_OF = { approvals: "inbox", people: "people", audit: "audit", messages: "messages" } as const;

const hrefOf = (name: CollectionName, hit: Hit) =>
  name === "people" ? `/people/${hit.person_id}` : `/${name}/${hit.objectID}`;

function Group({ name, onGo }: { name: CollectionName } & Pick<HitsProps, "onGo">) {
  const t = useTranslations("palette.found");
  const { items } = useHits<Hit>({ escapeHTML: false });
  const Icon = SECTIONS.find((section) => section.name === SECTION_OF[name])?.icon;
  if (items.length === 0) return null;
  return (
    <Command.Group forceMount heading={t(name)} className={groupClass}>
      {items.map((hit) => (
        <Command.Item
          forceMount
          key={hit.objectID}
          value={`${name} ${hit.objectID}`}
          className={itemClass}
          onSelect={() => onGo(hrefOf(name, hit as unknown as Hit))}
        >
          {Icon ? <Icon aria-hidden /> : null}
          <Line name={name} hit={hit as unknown as Hit} />
        </Command.Item>
      ))}
    </Command.Group>
  );
}

/** What it is, and what tells it from the next. */
function Line({ name, hit }: { name: CollectionName; hit: Hit }) {
  const action = useActionName();
  const marked = (field: string) => (
    <Marked parts={partsOf(hit._highlightResult?.[field]?.value ?? String(hit[field] ?? ""))} />
  );
  const isMet = (field: string) => partsOf(hit._highlightResult?.[field]?.value ?? "").some((part) => part.marked);
  const at = new Date(Number(hit.created_at ?? hit.at)).toISOString();
  const [what, beside] = {
    approvals: () => [
      marked("title"),
      // Where it is somebody's request, and not its title, that was found, it says whose.
      isMet("title") || !isMet("requester_name")
        ? `${typeLabel(String(hit.type))}, ${hit.organisation}`
        : marked("requester_name"),
    ],
    people: () => [marked("name"), marked("email")],
    audit: () => [action(String(hit.action)), marked("by")],
    messages: () => [marked("subject"), marked("to_email")],
  }[name]();
  return (
    <>
      <span className="min-w-0 flex-1 truncate">{what}</span>
      <span className="max-w-[40%] shrink-0 truncate text-ink-3 text-xs">{beside}</span>
      <Ago at={at} narrow className="w-16 shrink-0 whitespace-nowrap text-right text-ink-3 text-xs" />
    </>
  );
}
