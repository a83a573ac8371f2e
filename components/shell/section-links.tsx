"use client";

import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { inGroups, sectionOf, useSections } from "#components/shell/navigation.ts";
import { cn } from "#components/ui/cn.ts";

interface SectionLinkProps {
  section: ReturnType<typeof useSections>[number];
  className: string;
  onClick?: () => void;
}

/** Its page is fetched ahead when somebody turns to it: all of them ahead of every page were ten requests that nobody had made. */
export function SectionLink({ section: { name, href, icon: Icon }, className, onClick }: SectionLinkProps) {
  const t = useTranslations("shell");
  const router = useRouter();
  const current = sectionOf(usePathname())?.name === name;
  const fetchAhead = () => router.prefetch(href);
  return (
    <Link
      href={href}
      prefetch={false}
      onPointerEnter={fetchAhead}
      onFocus={fetchAhead}
      onClick={onClick}
      aria-current={current ? "page" : undefined}
      className={cn(
        "flex items-center rounded-md font-medium text-ink-2 text-sm transition-colors duration-100 hover:bg-hover hover:text-ink aria-[current=page]:text-ink",
        className,
      )}
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      {t(name)}
    </Link>
  );
}

/** All that the reader may open, a group after the other. Roomy for a finger, dense for a mouse. */
export function SectionGroups({ roomy = false, onChoose }: { roomy?: boolean; onChoose?: () => void }) {
  const t = useTranslations("shell");
  return inGroups(useSections()).map(({ group, sections }, index) => (
    <ul key={group} aria-label={t(`groups.${group}`)} className="flex flex-col gap-0.5">
      {index > 0 ? (
        <li aria-hidden className={cn("px-2 pb-1 font-medium text-2xs text-ink-3", roomy ? "pt-3" : "pt-4")}>
          {t(`groups.${group}`)}
        </li>
      ) : null}
      {sections.map((section) => (
        <li key={section.name}>
          <SectionLink
            section={section}
            onClick={onChoose}
            className={cn(
              "gap-2.5 px-2 aria-[current=page]:bg-line/70 aria-[current=page]:[&_svg]:text-accent",
              roomy ? "h-11" : "h-8",
            )}
          />
        </li>
      ))}
    </ul>
  ));
}
