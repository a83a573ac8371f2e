/** Requests of the demo's own people, so that a selection meets requests on which its decider may not decide. */
export interface DemoRequest {
  readonly from: string;
  readonly org: string;
  readonly type: "access" | "equipment" | "expense" | "travel";
  readonly title: string;
  /** Minor units; null where no money is asked for. */
  readonly amount: number | null;
  readonly priority?: "LOW" | "HIGH" | "URGENT";
  readonly dueInDays?: number;
  /** What the policy of its type asks for. */
  readonly payload?: Readonly<Record<string, string | number | boolean | string[]>>;
}

const spent = (category: string, cost_centre: string) => ({ payload: { category, cost_centre } });
const journey = (destination: string, nights: number, by: string[]) => ({ payload: { destination, nights, by } });

const request = (
  from: string,
  org: string,
  type: DemoRequest["type"],
  title: string,
  amount: number | null,
  more: Pick<DemoRequest, "priority" | "dueInDays" | "payload"> = {},
): DemoRequest => ({ from: `${from}@northwind.test`, org, type, title, amount, ...more });

export const NORTHWIND_REQUESTS: readonly DemoRequest[] = [
  request("olu", "CA", "expense", "Team lunch after the quarterly close", 21_460, { ...spent("Meals", "4110") }),
  request("olu", "CA", "expense", "Taxi from SFO, branch review", 6_380, {
    priority: "LOW",
    ...spent("Transport", "4110"),
  }),
  request("olu", "NY", "expense", "Notary fees, three closings in March", 45_000, {
    dueInDays: 5,
    ...spent("Legal and notary", "2300"),
  }),
  request("olu", "NY", "expense", "Courier for signed originals", 8_925, {
    priority: "LOW",
    ...spent("Services", "2300"),
  }),
  request("olu", "TX", "travel", "Dallas, underwriting workshop, two nights", 118_200, {
    dueInDays: 9,
    ...journey("Dallas", 2, ["Plane"]),
  }),
  request("olu", "FL", "travel", "Miami, visit to the collections partner", 94_050, {
    ...journey("Miami", 1, ["Plane"]),
  }),
  request("olu", "CA", "equipment", "Second monitor for the review desk", 32_900),
  request("olu", "CA", "equipment", "Headset, noise cancelling", 18_900, { priority: "LOW" }),
  request("olu", "IL", "access", "Read access to the Chicago loan archive", null, { dueInDays: 3 }),
  request("olu", "CA", "access", "Bulk export from the reporting warehouse", null, { priority: "HIGH" }),
  request("olu", "WA", "expense", "Conference ticket, Lend Seattle", 79_500, {
    dueInDays: 14,
    ...spent("Training", "4110"),
  }),
  request("olu", "NJ", "expense", "Re-issue of four appraisals", 162_000, {
    priority: "HIGH",
    dueInDays: 2,
    ...spent("Services", "2300"),
  }),
  request("mei", "CA", "expense", "Outside counsel, house loan disputes", 385_000, {
    priority: "HIGH",
    dueInDays: 4,
    ...spent("Legal and notary", "2310"),
  }),
  request("mei", "CA", "expense", "Translation of the borrower agreement into Spanish", 96_000, {
    ...spent("Services", "2310"),
  }),
  request("mei", "NY", "expense", "Parking at the Albany registry, February", 12_800, {
    priority: "LOW",
    ...spent("Transport", "2310"),
  }),
  request("mei", "MA", "travel", "Boston, audit of the confirmation desk", 87_640, {
    dueInDays: 11,
    ...journey("Boston", 2, ["Train"]),
  }),
  request("mei", "GA", "travel", "Atlanta, regional compliance day", 71_275, { ...journey("Atlanta", 1, ["Plane"]) }),
  request("mei", "OR", "equipment", "Document scanner for the Portland office", 54_900),
  request("mei", "CA", "equipment", "Standing desk", 64_900, { priority: "LOW" }),
  request("mei", "TX", "access", "Write access to the confirmation templates", null),
  request("mei", "CA", "access", "Emergency access to the payout queue", null, { priority: "URGENT", dueInDays: 1 }),
  request("mei", "PA", "expense", "Title search, eleven properties", 137_500, {
    dueInDays: 6,
    ...spent("Legal and notary", "2310"),
  }),
  request("mei", "OH", "expense", "Printing of disclosure booklets", 28_310, { ...spent("Office", "2310") }),
  request("mei", "AZ", "expense", "Flood certificates, spring batch", 44_000, {
    dueInDays: 8,
    ...spent("Services", "2310"),
  }),
  request("ana", "CA", "access", "Administrator rights for the new tenant lead", null, {
    priority: "HIGH",
    dueInDays: 2,
  }),
  request("ana", "NY", "expense", "Penetration test, second half", 1_850_000, {
    priority: "HIGH",
    dueInDays: 20,
    ...spent("Services", "1000"),
  }),
  request("ana", "VA", "expense", "Renewal of the security keys, 40 pieces", 220_000, { ...spent("Office", "1000") }),
  request("ana", "CO", "travel", "Denver, policy board", 102_330, { ...journey("Denver", 2, ["Plane", "Rental car"]) }),
  request("ana", "CA", "equipment", "Laptop for the incoming programme manager", 214_900, { dueInDays: 7 }),
  request("ana", "NC", "expense", "Training on fair lending, 12 seats", 478_800, {
    dueInDays: 15,
    ...spent("Training", "1000"),
  }),
  request("vera", "CA", "access", "See audit exports of the last two quarters", null),
  request("vera", "NY", "travel", "New York, reading of the annual files", 66_120, {
    ...journey("New York", 1, ["Train"]),
  }),
  request("vera", "MN", "expense", "Subscription to the rating bulletins", 39_900, {
    priority: "LOW",
    ...spent("Office", "9100"),
  }),
  request("vera", "MD", "expense", "Archive boxes and retrieval, Baltimore", 15_740, {
    priority: "LOW",
    ...spent("Office", "9100"),
  }),
  request("vera", "CA", "equipment", "E-ink reader for long files", 42_900),
  request("vera", "WI", "expense", "Data room for the external auditors", 125_000, {
    dueInDays: 10,
    ...spent("Services", "9100"),
  }),
  request("iris", "CA", "expense", "Mileage, branch visits in the Central Valley", 31_185, {
    ...spent("Transport", "4120"),
  }),
  request("iris", "CA", "travel", "Sacramento, hearing on small business loans", 48_600, {
    dueInDays: 5,
    ...journey("Sacramento", 0, ["Own car"]),
  }),
  request("iris", "CA", "equipment", "Mobile signature pads, two pieces", 59_800),
  request("iris", "CA", "access", "Decide in Nevada while Tom is on leave", null, { priority: "HIGH", dueInDays: 3 }),
];

/** What the other tenant has; none of it may ever show in northwind. */
export const CONTOSO_REQUESTS: readonly string[] = [
  "Replace the compressor in hall 2",
  "Overtime, night shift, week 9",
  "Forklift inspection",
  "Freight to Rotterdam, 14 pallets",
  "Recalibrate the torque benches",
  "Safety shoes, 60 pairs",
  "Extend the licence of the CAD suite",
  "Roof repair above the loading bay",
  "Sample batch of alloy 6082",
  "Apprentice training, spring intake",
  "Canteen tender, two years",
  "Second shift in packaging",
  "Lease of three vans",
  "Write-off of the old press",
  "Customs deposit, Bremerhaven",
  "Spare spindle for the lathe",
  "Water treatment, quarterly service",
  "Trade fair stand in Hanover",
  "Return of 400 defective housings",
  "Insurance for the new warehouse",
];
