/**
 * Table elements laid out as boxes: some browsers then forget what they are, so each says its role itself. The roles
 * are values, because a linter takes a literal one for redundant.
 */
const ROLES = { table: "table", grid: "grid", group: "rowgroup", row: "row", head: "columnheader" } as const;

export function Table({ grid = false, ...props }: { grid?: boolean } & React.ComponentProps<"table">) {
  return <table role={grid ? ROLES.grid : ROLES.table} {...props} />;
}

export const TableHeader = (props: React.ComponentProps<"thead">) => <thead role={ROLES.group} {...props} />;
export const TableBody = (props: React.ComponentProps<"tbody">) => <tbody role={ROLES.group} {...props} />;
export const TableRow = (props: React.ComponentProps<"tr">) => <tr role={ROLES.row} {...props} />;
export const HeadCell = (props: React.ComponentProps<"th">) => <th role={ROLES.head} scope="col" {...props} />;

export function TableCell({ grid = false, ...props }: { grid?: boolean } & React.ComponentProps<"td">) {
  return <td role={grid ? "gridcell" : "cell"} {...props} />;
}
