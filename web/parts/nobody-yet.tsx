/** Stands where customers would. */
export function NobodyYet() {
  return (
    <div class="empty">
      <h2>No customers yet</h2>
      <p>
        They come with onboarding events and with a CSV import (<code>pal tenants import</code>), or are found
        by the nightly sweep once they delegate to you.
      </p>
    </div>
  );
}
