/** What the history shows, as its address says: every view of it can be shared by its link. */
export interface HistoryQuery {
  readonly status: readonly string[];
  readonly pipeline: string;
  /** Each `NAME=VALUE`, or `NAME` for any value; what is shown has all of them. */
  readonly labels: readonly string[];
  /** A span back from now, one of `spans`; empty where `from` and `to` say it. */
  readonly since: string;
  /** Local time as `<input type="datetime-local">` has it; empty for no bound. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly page: number;
  /** Where a page begins that no number leads to any more; empty for the page of the number. */
  readonly cursor: string;
}

export const statuses = ['queued', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const;

type Status = (typeof statuses)[number];

/** Spans that can be chosen, in milliseconds. */
export const spans: Readonly<Record<string, number>> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 };

export const everything: HistoryQuery = { status: [], pipeline: '', labels: [], since: '', from: '', to: '', text: '', page: 1, cursor: '' };

/** How many a page has. */
export const pageSize = 50;

// The server counts, and gives by number, the newest 10,000; what is older is reached by cursor.
const lastNumbered = 10_000 / pageSize;

/** Reads the query of an address. What makes no sense is left out, so that every address shows something. */
export function readQuery(params: URLSearchParams): HistoryQuery {
  const since = params.get('since') ?? '';
  const page = Number(params.get('page'));
  return {
    status: (params.get('status') ?? '').split(',').filter((name) => (statuses as readonly string[]).includes(name)),
    pipeline: params.get('pipeline') ?? '',
    labels: params.getAll('label').reduce(withLabel, [] as readonly string[]),
    since: Object.hasOwn(spans, since) ? since : '',
    from: localTime(params.get('from')),
    to: localTime(params.get('to')),
    text: params.get('q') ?? '',
    page: Number.isInteger(page) && page >= 1 && page <= lastNumbered ? page : 1,
    cursor: (params.get('cursor') ?? '').slice(0, 200),
  };
}

/** Gives the query as an address has it; what is not narrowed is left out. */
export function writeQuery(query: HistoryQuery): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => {
    if (value) params.set(name, value);
  };
  put('q', query.text.trim());
  put('status', query.status.join(','));
  put('pipeline', query.pipeline.trim());
  for (const label of query.labels) params.append('label', label);
  put('since', query.since);
  if (!query.since) {
    put('from', query.from);
    put('to', query.to);
  }
  if (query.cursor) params.set('cursor', query.cursor);
  else if (query.page > 1) params.set('page', String(query.page));
  return params.size > 0 ? `?${params}` : '';
}

/** Gives the query as the API takes it, at a moment. */
export function apiQuery(query: HistoryQuery, now: number) {
  const from = query.since ? now - (spans[query.since] ?? 0) : millisecondsOf(query.from);
  const to = query.since ? undefined : millisecondsOf(query.to);
  return {
    q: query.text.trim() || undefined,
    status: query.status.length > 0 ? [...query.status] as Status[] : undefined,
    pipeline: query.pipeline.trim() || undefined,
    label: query.labels.length > 0 ? [...query.labels] : undefined,
    from: from?.toString(),
    to: to?.toString(),
    ...(query.cursor ? { cursor: query.cursor } : { page: query.page }),
    pageSize,
  };
}

/** How many labels the server takes. */
export const mostLabels = 16;

/** Adds a label, unless it is there already, makes no sense or is one too many. */
export function withLabel(labels: readonly string[], text: string): readonly string[] {
  const label = text.trim();
  return /^[^=]/.test(label) && !labels.includes(label) && labels.length < mostLabels ? [...labels, label] : labels;
}

/** Whether anything is narrowed; the page number does not count. */
export const isNarrowed = (query: HistoryQuery): boolean => writeQuery(first(query)) !== '';

/** The first page of the same view. */
export const first = (query: HistoryQuery): HistoryQuery => ({ ...query, page: 1, cursor: '' });

/** The page after this one, where `next` is what the server says of it. */
export const older = (query: HistoryQuery, next: string): HistoryQuery =>
  query.cursor || query.page >= lastNumbered ? { ...query, page: 1, cursor: next } : { ...query, page: query.page + 1 };

const localTime = (text: string | null) => (text && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '');
const millisecondsOf = (text: string) => (text ? Date.parse(text) : undefined);
