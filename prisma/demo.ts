/** Who may sign in to the demo. Plain data: the start script prints it, the browser tests sign in with it. */
export interface DemoPerson {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly tenant: "northwind" | "contoso";
  readonly role: "administrator" | "decider" | "confirmer" | "reader";
  /** The organisation where the role is held; null is the whole tenant. */
  readonly org: string | null;
  readonly note: string;
}

export const demoPeople: readonly DemoPerson[] = [
  {
    email: "ana@northwind.test",
    password: "ana-signs-first",
    name: "Ana Ferreira",
    tenant: "northwind",
    role: "administrator",
    org: null,
    note: "may do everything",
  },
  {
    email: "olu@northwind.test",
    password: "olu-decides-daily",
    name: "Olu Adeyemi",
    tenant: "northwind",
    role: "decider",
    org: null,
    note: "decides",
  },
  {
    email: "mei@northwind.test",
    password: "mei-confirms-twice",
    name: "Mei Tanaka",
    tenant: "northwind",
    role: "confirmer",
    org: null,
    note: "decides and confirms",
  },
  {
    email: "vera@northwind.test",
    password: "vera-only-reads",
    name: "Vera Lindqvist",
    tenant: "northwind",
    role: "reader",
    org: null,
    note: "only reads",
  },
  {
    email: "iris@northwind.test",
    password: "iris-keeps-california",
    name: "Iris Moreno",
    tenant: "northwind",
    role: "decider",
    org: "CA",
    note: "decides in California only",
  },
  {
    email: "carl@contoso.test",
    password: "carl-lives-elsewhere",
    name: "Carl Brandt",
    tenant: "contoso",
    role: "administrator",
    org: null,
    note: "another tenant: sees none of the above",
  },
];
