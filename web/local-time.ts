/** Times as a person types them: by the clock of their own place. */

/** An instant as an input of type `datetime-local` takes it. */
export function typedTime(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant somebody has typed (ISO 8601, UTC); the text itself where it is none, for the API to refuse. */
export function instantTyped(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}
