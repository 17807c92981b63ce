import { useSyncExternalStore } from 'react';

/** A value outside of React that components watch. */
export interface Store<T> {
  get(): T;
  set(next: T | ((before: T) => T)): void;
  listen(listener: () => void): () => void;
}

export function makeStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      const made = typeof next === 'function' ? (next as (before: T) => T)(value) : next;
      if (Object.is(made, value)) return;
      value = made;
      for (const listener of listeners) listener();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.listen, store.get);
}

/** As makeStore, kept in this browser under `name`. What cannot be read back counts as absent. */
export function makeStoredStore<T>(name: string, initial: T): Store<T> {
  const store = makeStore<T>(readStored(name, initial));
  store.listen(() => {
    try {
      localStorage.setItem(name, JSON.stringify(store.get()));
    } catch {
      // A full or forbidden storage costs the memory of it, nothing else.
    }
  });
  return store;
}

function readStored<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(name);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}
