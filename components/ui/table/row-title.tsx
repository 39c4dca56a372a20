import Link from 'next/link';

const LOOK = 'font-medium hover:underline hover:underline-offset-2';

/** The name of a row: a link where the row leads somewhere, a button where it opens in place. */
export function RowTitle(props: {
  href: string | undefined;
  /** Opens the row in place. A table's row does that itself. */
  onOpen?: (() => void) | undefined;
  /** The row around it takes no focus: the title is where the keyboard stops. */
  isTabStop?: boolean | undefined;
  children: React.ReactNode;
}) {
  const { href, onOpen, children } = props;
  if (href !== undefined) {
    return (
      <Link
        href={href}
        prefetch={false}
        tabIndex={props.isTabStop === true ? undefined : -1}
        className={LOOK}
      >
        {children}
      </Link>
    );
  }
  if (onOpen === undefined) return <span className="font-medium">{children}</span>;
  return (
    <button type="button" onClick={onOpen} className={`w-full truncate text-left ${LOOK}`}>
      {children}
    </button>
  );
}
