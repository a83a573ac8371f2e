import { Field, Input } from "#components/ui/field.tsx";

/** The address that somebody signs in with, as `email` of its form. */
export function EmailField({ label }: { label: string }) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={320}
          required
          autoFocus
          className="h-10"
        />
      )}
    </Field>
  );
}
