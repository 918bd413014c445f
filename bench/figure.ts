/** One measured figure, with what it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must reach; null for a figure that is only reported. */
  readonly limit: { readonly atMost: number } | { readonly atLeast: number } | null;
  /** What the value is compared to, in words and numbers of the same run. */
  readonly comparedTo: string;
}

export function isOk({ value, limit }: Figure): boolean {
  if (!limit) return Number.isFinite(value);
  return 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast;
}

/** The figure as scripts read it. */
export function asJson(figure: Figure) {
  const { name, unit, comparedTo } = figure;
  return { name, value: rounded(figure.value), unit, limit: limitText(figure), ok: isOk(figure), comparedTo };
}

function limitText({ limit }: Figure): string | null {
  if (!limit) return null;
  return 'atMost' in limit ? `<= ${limit.atMost}` : `>= ${limit.atLeast}`;
}

function rounded(value: number): number {
  if (Math.abs(value) >= 100) return Math.round(value);
  return Number(value.toPrecision(3));
}

/** The figures as a table in Markdown. */
export function asTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const verdict = figure.limit === null ? 'reported' : isOk(figure) ? 'reached' : '**missed**';
    const limit = limitText(figure) ?? '';
    return `| ${figure.name} | ${rounded(figure.value)} ${figure.unit} | ${limit} | ${verdict} | ${figure.comparedTo} |`;
  });
  return ['| figure | measured | must be | | compared to |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
