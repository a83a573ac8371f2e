import { useTranslations } from "next-intl";
import { usePlaceCode, useRoleName } from "#components/people/names.ts";

const ROLES_IN_A_ROW = 3;

interface RolesProps {
  roles: readonly { role: string; scope: string; kind: string; effect: "ALLOW" | "DENY" }[];
  /** How many there are in all. */
  held: number;
}

/** What somebody holds, as a row of a list has room for it. */
export function ShownRoles({ roles, held }: RolesProps) {
  const t = useTranslations("people");
  const roleName = useRoleName();
  const placeCode = usePlaceCode();
  if (held === 0) return <span className="text-ink-3">{t("noRoles")}</span>;
  const shown = roles.slice(0, ROLES_IN_A_ROW);
  return (
    <span className="flex min-w-0 flex-wrap gap-x-3 gap-y-0.5">
      {shown.map(({ role, scope, kind, effect }) => (
        <span key={`${role} ${kind} ${scope} ${effect}`} className="whitespace-nowrap">
          {effect === "DENY" ? <span className="text-bad">{t("denied")} </span> : null}
          {roleName(role)} <span className="text-ink-3">{placeCode({ kind, code: scope })}</span>
        </span>
      ))}
      {held > shown.length ? (
        <span className="text-ink-3">{t("moreRoles", { count: held - shown.length })}</span>
      ) : null}
    </span>
  );
}
