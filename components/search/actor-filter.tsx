"use client";

import { ChoiceFilter } from "#components/search/choice-filter.tsx";

interface Actor {
  readonly person: string | null;
  readonly client: string | null;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

interface ActorProps {
  label: string;
  /** What a client is called beside its name. */
  hint: string;
  people: readonly Named[] | undefined;
  clients: readonly Named[] | undefined;
  chosen: Actor;
  onChange: (actor: Actor) => void;
}

/** Whom a filter names, person or client, as one value. */
function actorValue({ person, client }: Actor): string | null {
  if (person) return `person:${person}`;
  return client ? `client:${client}` : null;
}

/** Who did it: a person or a program. */
export function ActorFilter({ label, hint, people = [], clients = [], chosen, onChange }: ActorProps) {
  return (
    <ChoiceFilter
      label={label}
      options={[
        ...people.map(({ id, name }) => ({ value: `person:${id}`, label: name })),
        ...clients.map(({ id, name }) => ({ value: `client:${id}`, label: name, hint })),
      ]}
      chosen={actorValue(chosen)}
      onChange={(value) => {
        const [kind, id = null] = value?.split(":") ?? [];
        onChange({ person: kind === "person" ? id : null, client: kind === "client" ? id : null });
      }}
    />
  );
}
