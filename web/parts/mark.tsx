/** The product's mark: two ends, linked. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M12 20.5 20 11.5" />
      <circle class="ring" cx="10.5" cy="21.5" r="4" />
      <circle class="dot" cx="21.5" cy="10.5" r="4.4" />
    </svg>
  );
}
