/** How far down somebody was on each page of this visit, so that going back leads to where they were. */

/**
 * Begins to keep places; gives what shows a page that was just gone to: at its top, or, gone back to, where it was left.
 * A screen reader begins with its heading either way.
 */
export function keepPlaces(): () => void {
  const places = new Map<string, number>();
  let back = false;
  // Browsers without it begin every page at its top.
  if ('navigation' in window) {
    window.navigation.addEventListener('navigate', ({ navigationType }) => {
      places.set(location.hash, window.scrollY);
      back = navigationType === 'traverse';
    });
  }
  return () => {
    const top = back ? (places.get(location.hash) ?? 0) : 0;
    scrollTo(0, 0);
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
      scrollTo(0, top);
    });
  };
}
