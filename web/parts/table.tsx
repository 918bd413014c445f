import type { ComponentChildren } from 'preact';

interface TableProps {
  /** Named for whoever does not see what it stands under. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly children: ComponentChildren;
}

/**
 * A table; where the window has no room for columns, each row is a block of lines. The roles are said in so many words,
 * because browsers forget them where a table is laid out as something else.
 */
export function Table({ label, columns, children }: TableProps) {
  return (
    <table role="table" class="stacks" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th key={name} role="columnheader" scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

/** `label` stands before the value where the head of its column is not shown; without one the value speaks for itself. */
export function Cell({
  label,
  children,
}: {
  readonly label?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <td role="cell" data-label={label}>
      {children}
    </td>
  );
}
