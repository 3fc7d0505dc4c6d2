/** What was filled into a form that was not sent. */
export interface Filled {
  /** The texts by the names of their fields. */
  readonly texts: Readonly<Record<string, string>>;
  readonly labels: string;
  readonly priority: string;
}

const most = 20;
const forms = new Map<string, Filled>();

/** Where a form keeps what was filled in, while it is not shown. */
export interface FilledPlace {
  get(): Filled | null;
  put(filled: Filled): void;
  delete(): void;
}

/** The place of a pipeline's form, for the one who fills it, until the page is left; the oldest beyond 20 go. */
export function filledPlace(caller: { organization: string; name: string } | null, pipeline: string, earlier: string | null): FilledPlace {
  const name = JSON.stringify([caller?.organization ?? '', caller?.name ?? '', pipeline, earlier]);
  return {
    get: () => forms.get(name) ?? null,
    put(filled) {
      forms.delete(name);
      forms.set(name, filled);
      for (const oldest of forms.keys()) {
        if (forms.size <= most) break;
        forms.delete(oldest);
      }
    },
    delete: () => void forms.delete(name),
  };
}
