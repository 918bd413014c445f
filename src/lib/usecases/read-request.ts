/** What is needed of a schema here. */
interface Schema<T> {
  safeParse(value: unknown): { readonly data?: T | undefined };
}

/** A message of ours by its schema; null for anything else that lies in the queue. */
export function readRequest<T>(body: Uint8Array, schema: Schema<T>): T | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    return schema.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}
