import { misuse } from './complaint.ts';

/** An instant as the API takes it; a bare day begins at midnight, UTC. */
export function instantOf(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw misuse(`“${text}” is no time.`, 'Give a day: 2027-03-31.');
  return at.toISOString();
}

/** The same, but a bare day ends with its last second. */
export function endOf(text: string): string {
  return instantOf(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59Z` : text);
}
