import Link from 'next/link';

/** The name of a row, as a link where the row leads somewhere. The row holds the tab stop. */
export function RowTitle(props: { href: string | undefined; children: React.ReactNode }) {
  if (props.href === undefined) return <span className="font-medium">{props.children}</span>;
  return (
    <Link
      href={props.href}
      prefetch={false}
      tabIndex={-1}
      className="font-medium hover:underline hover:underline-offset-2"
    >
      {props.children}
    </Link>
  );
}
