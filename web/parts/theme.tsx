import { signal } from '@preact/signals';

type Theme = 'light' | 'dark' | 'auto';

const KEPT = 'pal.theme';
const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const WORDS: Readonly<Record<Theme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' };

const theme = signal<Theme>(kept());

function kept(): Theme {
  const value = localStorage.getItem(KEPT);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

/** Shows the page in the colours that were chosen here before, else in the system's. */
export function applyTheme(): void {
  const { value } = theme;
  if (value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
}

export function ThemeButton() {
  const choose = () => {
    theme.value = NEXT[theme.value];
    localStorage.setItem(KEPT, theme.value);
    applyTheme();
  };
  return (
    <button
      type="button"
      class="button quiet icon"
      onClick={choose}
      aria-label={`Colours: ${WORDS[theme.value]}. Change`}
      title={`Colours: ${WORDS[theme.value]}`}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {theme.value === 'auto' && <path d="M10 3a7 7 0 1 0 0 14V3Z" fill="currentColor" />}
        {theme.value === 'dark' && (
          <path d="M15.5 12.5A6.5 6.5 0 0 1 7.5 4.5a6.5 6.5 0 1 0 8 8Z" fill="currentColor" />
        )}
        <circle
          cx="10"
          cy="10"
          r={theme.value === 'light' ? 3.6 : 7}
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
          class={theme.value === 'dark' ? 'none' : ''}
        />
        {theme.value === 'light' && (
          <path
            d="M10 1.5v2.5M10 16v2.5M1.5 10H4M16 10h2.5M4 4l1.8 1.8M14.2 14.2 16 16M4 16l1.8-1.8M14.2 5.8 16 4"
            stroke="currentColor"
            stroke-width="1.6"
            stroke-linecap="round"
          />
        )}
      </svg>
    </button>
  );
}
