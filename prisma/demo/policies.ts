import type { PayloadSchema } from "../../server/domain/payload-schemas/rules.ts";

/** How the demo's types are decided, and what three of them ask for. What loans.csv and requests.ts hold fits. */

const decide = { name: "Decision", permission: "approvals:decide", needed: 1 } as const;
const confirm = { name: "Confirmation", permission: "approvals:confirm", needed: 1 } as const;

const CAR: PayloadSchema = {
  type: "object",
  title: "The loan",
  properties: {
    term_months: { type: "integer", title: "Term in months", minimum: 6, maximum: 120 },
    interest_rate: { type: "number", title: "Interest rate (%)", minimum: 0, maximum: 40 },
    grade: { type: "string", title: "Grade", enum: ["A", "B", "C", "D", "E", "F", "G"] },
    annual_income: {
      type: "number",
      title: "Annual income (USD)",
      description: "As the applicant gives it, before taxes.",
      minimum: 0,
    },
    income_verified: { type: "boolean", title: "Income verified" },
    homeownership: { type: "string", title: "Home", enum: ["MORTGAGE", "OWN", "RENT"] },
    employment_years: { type: "integer", title: "Years in this employment", minimum: 0, maximum: 70 },
  },
  required: ["term_months", "interest_rate", "grade", "annual_income", "income_verified"],
};

const EXPENSE: PayloadSchema = {
  type: "object",
  properties: {
    category: {
      type: "string",
      title: "Category",
      enum: ["Legal and notary", "Meals", "Office", "Services", "Training", "Transport"],
    },
    cost_centre: {
      type: "string",
      title: "Cost centre",
      description: "Four digits, as on your pay slip.",
      minLength: 4,
      maxLength: 4,
    },
    spent_on: { type: "string", title: "Spent on", format: "date" },
    reason: { type: "string", title: "Why it was needed", maxLength: 2000 },
  },
  required: ["category", "cost_centre"],
  additionalProperties: false,
};

const TRAVEL: PayloadSchema = {
  type: "object",
  title: "The journey",
  description: "Flights and hotels are booked once it is approved.",
  properties: {
    destination: { type: "string", title: "Where to", maxLength: 120 },
    departure: { type: "string", title: "Departure", format: "date" },
    nights: { type: "integer", title: "Nights", minimum: 0, maximum: 60 },
    by: { type: "array", title: "By", items: { type: "string", enum: ["Train", "Plane", "Rental car", "Own car"] } },
    abroad: { type: "boolean", title: "Leaves the country" },
    travellers: { type: "array", title: "Travelling along", items: { type: "string" }, maxItems: 20 },
    programme: { type: "string", title: "Programme", description: "Of the event that it is about.", format: "uri" },
  },
  required: ["destination", "nights"],
};

export const NORTHWIND_POLICIES = [
  { type: "credit_card", name: "Credit cards: two deciders", stages: [{ ...decide, needed: 2 }] },
  { type: "house", name: "Houses: decided, then confirmed", stages: [decide, confirm] },
  {
    type: "small_business",
    name: "Small businesses: confirmed where much is at stake",
    stages: [decide, { ...confirm, when: 'amount >= 2000000 || payload.grade in ["D", "E", "F", "G"]' }],
    dueAfterHours: 120,
    expiresAfterHours: 720,
  },
  { type: "car", name: "Cars", stages: [decide], payloadSchema: CAR },
  { type: "expense", name: "Expenses", stages: [decide], payloadSchema: EXPENSE, dueAfterHours: 240 },
  {
    type: "travel",
    name: "Travel: confirmed where it is long or far",
    stages: [decide, { ...confirm, when: "payload.nights > 4 || (has(payload.abroad) && payload.abroad == true)" }],
    payloadSchema: TRAVEL,
  },
];
