'use client';

import { Popover as BasePopover } from '@base-ui/react/popover';
import { clsx } from 'clsx';

/** A small surface beside its trigger for facts or controls that need more than a tip. */
export function Popover(props: {
  /** The element that opens it, usually a Button. */
  trigger: React.ReactElement;
  title?: string | undefined;
  align?: 'start' | 'center' | 'end' | undefined;
  className?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <BasePopover.Root>
      <BasePopover.Trigger render={props.trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner className="z-40" sideOffset={6} align={props.align ?? 'start'}>
          <BasePopover.Popup
            className={clsx(
              'max-h-(--available-height) max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line-strong bg-panel p-3 outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
              props.className,
            )}
          >
            {props.title !== undefined && (
              <BasePopover.Title className="mb-2 font-medium">{props.title}</BasePopover.Title>
            )}
            {props.children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
