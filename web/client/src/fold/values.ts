import type { ErrorState } from './state.js';

/** Milliseconds since 1970 of a recorded time; null where there is none. */
export const timeOf = (text: string | null | undefined): number | null => (text == null ? null : Date.parse(text));

export const orNull = <T>(value: T | undefined): T | null => value ?? null;

// Costs are decimal on the server; adding binary fractions must not show as 0.30000000000000004.
export const addMoney = (a: number, b: number): number => Number((a + b).toFixed(12));

export const errorOf = (error: Omit<ErrorState, 'detail'> | null | undefined): ErrorState | null => (error ? { detail: null, ...error } : null);
