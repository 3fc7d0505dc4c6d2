/** Milliseconds as a duration a person reads: `840 ms`, `12.1 s`, `3 min 05 s`, `2 h 04 min`, `3 d 4 h`. */
export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds == null || !Number.isFinite(milliseconds)) return '–';
  const ms = Math.max(0, milliseconds);
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** How long an attempt took; of one that was lost nobody knows more than when that was found: `≤ 20.0 s`. */
export const tookText = (milliseconds: number | null | undefined, isLost: boolean | undefined): string => (isLost && milliseconds != null ? '≤ ' : '') + duration(milliseconds);

/** Milliseconds as a clock that ticks without changing its width: `01:23`, `1:02:03`. */
export function clock(milliseconds: number | null | undefined): string {
  if (milliseconds == null || !Number.isFinite(milliseconds)) return '--:--';
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const two = (value: number) => String(value).padStart(2, '0');

const grouped = new Intl.NumberFormat('en-US');

/** A count with its thousands apart: `1,204,118`. */
export const count = (value: number): string => grouped.format(value);

/** A count and the word for what is counted, in the plural where it is not one: `1 stage`, `1,204 stages`. */
export const several = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

/** US dollars with as many digits as say something: `$0.0132`, `$1.20`. */
export function money(dollars: number | null | undefined): string {
  if (dollars == null) return '–';
  if (dollars === 0) return '$0';
  return `$${dollars < 0.995 ? dollars.toPrecision(dollars < 0.0001 ? 1 : 3).replace(/e.*/, '') : dollars.toFixed(2)}`;
}

/** A share from 0 to 1 in whole percent; 100 only where it is all, 0 only where it is none. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  return `${share <= 0 ? 0 : share >= 1 ? 100 : Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes: `812 B`, `1.4 MB`; units of 1,024. */
export function bytes(value: number): string {
  let unit = 0;
  for (; value >= 1023.5 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

/** Milliseconds since 1970 as local time, with the day where it is not today's. */
export function time(at: number | null | undefined, now: number): string {
  if (at == null) return '–';
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return timeOfDay.format(date);
  const format = date.getFullYear() === today.getFullYear() ? day : dayOfYear;
  return `${format.format(date)} ${timeOfDay.format(date)}`;
}

/** The same time in UTC, for titles. */
export const utc = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
