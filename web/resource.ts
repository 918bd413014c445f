import { signal, type ReadonlySignal } from '@preact/signals';
import type { Called, Trouble } from './client.ts';

/** Something fetched: what was last read well stays, with its time, whatever happens afterwards. */
export interface Loaded<T> {
  readonly value: T | null;
  /** When it was read (milliseconds since the epoch). */
  readonly readAt: number | null;
  readonly loading: boolean;
  readonly trouble: Trouble | null;
}

export interface Resource<T> {
  readonly state: ReadonlySignal<Loaded<T>>;
  /** Fetches it again; while that goes on, another call does nothing of its own. */
  refresh(): Promise<void>;
  /** Takes what an operation has answered for what is there now. */
  set(value: T): void;
}

/** `load` may show parts as they come. */
export function makeResource<T>(load: (show: (part: T) => void) => Promise<Called<T>>): Resource<T> {
  const state = signal<Loaded<T>>({ value: null, readAt: null, loading: false, trouble: null });
  let underway: Promise<void> | null = null;
  const set = (value: T) => {
    state.value = { value, readAt: Date.now(), loading: false, trouble: null };
  };
  const run = async () => {
    state.value = { ...state.value, loading: true };
    const first = state.value.value === null;
    const called = await load((part) => {
      // A part of a new reading never replaces the whole of the last one.
      if (first) state.value = { ...state.value, value: part, readAt: Date.now() };
    });
    if (called.ok) set(called.value);
    else state.value = { ...state.value, loading: false, trouble: called.trouble };
  };
  return {
    state,
    set,
    refresh: () => (underway ??= run().finally(() => (underway = null))),
  };
}
