import "server-only";
import type { CSSProperties, ReactNode } from "react";
import { createElement as h } from "react";
import { Body, Button, Container, Head, Heading, Hr, Html, Preview, render, Section, Text } from "react-email";

/** What a mail says, before it has a look. */
export interface MailContent {
  readonly language: string;
  readonly preview: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** What it is about, set apart: a title and its facts. */
  readonly subjectOf?: { readonly title: string; readonly facts: readonly (readonly [label: string, value: string])[] };
  /** Somebody's own words. */
  readonly quote?: string;
  readonly action: { readonly label: string; readonly href: string };
  readonly note?: string;
  readonly footer: string;
}

const INK = "#1b2527";
const QUIET = "#566164";
const ACCENT = "#1f6068";
const LINE = "#e2e1db";
const FONT = "Inter, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

// Clients that know dark mode take these; those that invert by themselves find no pure black or white to turn round.
const DARK = `@media (prefers-color-scheme: dark) {
  .canvas, .canvas > table > tbody > tr > td { background-color: #161b1d !important; }
  .sheet { background-color: #1e2426 !important; border-color: #343c3f !important; }
  .ink { color: #e6ebec !important; }
  .quiet { color: #aab4b7 !important; }
  .box { background-color: #242b2e !important; border-color: #343c3f !important; }
  .action { background-color: #7cc4cd !important; color: #10191b !important; }
  .rule { border-color: #343c3f !important; }
}
@media (max-width: 480px) {
  .sheet > tbody > tr > td { padding: 20px 16px !important; }
}`;

const text = (className: string, style: CSSProperties, child: ReactNode, key?: string) =>
  h(Text, { key, className, style: { margin: 0, fontSize: 15, lineHeight: "23px", color: INK, ...style } }, child);

function about({ title, facts }: NonNullable<MailContent["subjectOf"]>): ReactNode {
  const rows = facts.map(([label, value]) =>
    h("tr", { key: label }, [
      h(
        "td",
        {
          key: "label",
          className: "quiet",
          style: { padding: "2px 16px 2px 0", color: QUIET, fontSize: 13, verticalAlign: "top", whiteSpace: "nowrap" },
        },
        label,
      ),
      h("td", { key: "value", className: "ink", style: { padding: "2px 0", color: INK, fontSize: 13 } }, value),
    ]),
  );
  const table = h("table", { role: "presentation", cellPadding: 0, cellSpacing: 0, style: { marginTop: 8 } }, [
    h("tbody", { key: "body" }, rows),
  ]);
  const box = {
    margin: "20px 0 0",
    padding: "14px 16px",
    border: `1px solid ${LINE}`,
    borderRadius: 8,
    backgroundColor: "#faf9f6",
  };
  return h(Section, { key: "about", className: "box", style: box }, [
    text("ink", { fontWeight: 600 }, title, "title"),
    h("div", { key: "facts" }, table),
  ]);
}

function sheet(content: MailContent): ReactNode[] {
  const { heading, paragraphs, subjectOf, quote, action, note, footer } = content;
  const headingStyle = { margin: "0 0 14px", color: INK, fontSize: 21, lineHeight: "28px", fontWeight: 600 };
  const quoteStyle = {
    margin: "18px 0 0",
    padding: "2px 0 2px 14px",
    borderLeft: `3px solid ${ACCENT}`,
    whiteSpace: "pre-wrap" as const,
  };
  const actionStyle = {
    padding: "11px 18px",
    borderRadius: 7,
    backgroundColor: ACCENT,
    color: "#f7fbfb",
    fontSize: 15,
    fontWeight: 600,
    textDecoration: "none",
  };
  return [
    text("quiet", { margin: "0 0 20px", color: QUIET, fontSize: 13, fontWeight: 600 }, "Countersign", "brand"),
    h(Heading, { key: "heading", as: "h1", className: "ink", style: headingStyle }, heading),
    ...paragraphs.map((paragraph, i) => text("ink", { margin: i > 0 ? "10px 0 0" : 0 }, paragraph, `p${i}`)),
    ...(subjectOf ? [about(subjectOf)] : []),
    ...(quote ? [text("ink", quoteStyle, quote, "quote")] : []),
    h(Section, { key: "action", style: { margin: "24px 0 0" } }, [
      h(Button, { key: "button", href: action.href, className: "action", style: actionStyle }, action.label),
    ]),
    ...(note ? [text("quiet", { margin: "16px 0 0", color: QUIET, fontSize: 13 }, note, "note")] : []),
    h(Hr, { key: "rule", className: "rule", style: { margin: "28px 0 14px", borderColor: LINE } }),
    text("quiet", { color: QUIET, fontSize: 12, lineHeight: "18px" }, footer, "footer"),
  ];
}

function page(content: MailContent): ReactNode {
  const sheetStyle = {
    maxWidth: 560,
    margin: "0 auto",
    padding: "28px 32px",
    border: `1px solid ${LINE}`,
    borderRadius: 12,
    backgroundColor: "#fefefd",
  };
  const hidden = { key: "preview", children: content.preview };
  return h(Html, { lang: content.language }, [
    h(Head, { key: "head" }, [
      h("meta", { key: "scheme", name: "color-scheme", content: "light dark" }),
      h("meta", { key: "schemes", name: "supported-color-schemes", content: "light dark" }),
      h("style", { key: "dark" }, DARK),
    ]),
    h(Preview, hidden),
    h(
      Body,
      {
        key: "body",
        className: "canvas",
        style: { margin: 0, padding: "24px 12px", backgroundColor: "#f4f3ef", fontFamily: FONT },
      },
      h(Container, { className: "sheet", style: sheetStyle }, sheet(content)),
    ),
  ]);
}

/** The text part is written, not stripped from the other: every word and the address, in the order of reading. */
function plain({ heading, paragraphs, subjectOf, quote, action, note, footer }: MailContent): string {
  const blocks = [
    heading,
    ...paragraphs,
    ...(subjectOf
      ? [[subjectOf.title, ...subjectOf.facts.map(([label, value]) => `${label}: ${value}`)].join("\n")]
      : []),
    ...(quote ? [quote.replace(/^/gm, "> ")] : []),
    `${action.label}:\n${action.href}`,
    ...(note ? [note] : []),
    `--\n${footer}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

export async function renderMail(content: MailContent): Promise<{ html: string; text: string }> {
  return { html: await render(page(content)), text: plain(content) };
}
