/** One key of two lists, with what each of them has under it. */
export interface Joined<L, R> {
  readonly key: string;
  readonly left: L | null;
  readonly right: R | null;
}

/** Goes through two lists side by side, each in the order of its keys and each key at most once, in constant memory. */
export async function* mergeJoin<L, R>(
  left: { readonly items: AsyncIterable<L>; readonly keyOf: (item: L) => string },
  right: { readonly items: AsyncIterable<R>; readonly keyOf: (item: R) => string },
): AsyncGenerator<Joined<L, R>> {
  const lefts = left.items[Symbol.asyncIterator]();
  const rights = right.items[Symbol.asyncIterator]();
  try {
    let one = await headOf(lefts, left.keyOf);
    let other = await headOf(rights, right.keyOf);
    while (one || other) {
      const isLeft = one !== null && (other === null || one.key <= other.key);
      const isRight = other !== null && (one === null || other.key <= one.key);
      yield {
        key: (isLeft ? one?.key : other?.key) ?? '',
        left: isLeft && one ? one.item : null,
        right: isRight && other ? other.item : null,
      };
      if (isLeft) one = await headOf(lefts, left.keyOf);
      if (isRight) other = await headOf(rights, right.keyOf);
    }
  } finally {
    // Whoever stops early lets both lists close what they hold.
    await lefts.return?.();
    await rights.return?.();
  }
}

async function headOf<T>(items: AsyncIterator<T>, keyOf: (item: T) => string) {
  const next = await items.next();
  return next.done ? null : { key: keyOf(next.value), item: next.value };
}
