'use client';

import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useRef } from 'react';

import { IconButton } from './button.tsx';

type OverlayProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** A sentence under the title that says what will happen. */
  description?: string | undefined;
  children?: React.ReactNode;
  footer?: React.ReactNode;
};

const BACKDROP =
  'fixed inset-0 z-30 bg-scrim transition-opacity data-starting-style:opacity-0 data-ending-style:opacity-0';

/** Demands an answer before anything else goes on. For details use Drawer. */
export function Dialog({ open, onClose, title, description, children, footer }: OverlayProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={BACKDROP} />
        <BaseDialog.Popup
          ref={popup}
          initialFocus={popup}
          className="fixed top-[12vh] left-1/2 z-30 flex max-h-[76vh] w-[min(32rem,calc(100vw-2rem))] -translate-x-1/2 flex-col rounded-md border border-line-strong bg-panel outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          <OverlayHead title={title} description={description} />
          <div className="min-h-0 overflow-y-auto px-4 pb-4">{children}</div>
          {footer !== undefined && (
            <div className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

type DrawerProps = OverlayProps & {
  /** Right for details, bottom for a sheet on a narrow screen. */
  side?: 'right' | 'bottom' | undefined;
};

const DRAWER_SIDES = {
  right:
    'inset-y-0 right-0 w-[min(44rem,100vw)] border-l data-starting-style:translate-x-6 data-ending-style:translate-x-6',
  bottom:
    'inset-x-0 bottom-0 max-h-[85dvh] rounded-t-md border-t pb-[env(safe-area-inset-bottom)] data-starting-style:translate-y-6 data-ending-style:translate-y-6',
} as const;

export function Drawer({ side = 'right', ...props }: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <BaseDialog.Root open={props.open} onOpenChange={(next) => !next && props.onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={BACKDROP} />
        <BaseDialog.Popup
          ref={popup}
          initialFocus={popup}
          className={clsx(
            'fixed z-30 flex flex-col border-line-strong bg-panel outline-none transition-[transform,opacity] data-ending-style:opacity-0 data-starting-style:opacity-0',
            DRAWER_SIDES[side],
          )}
        >
          <OverlayHead title={props.title} description={props.description} />
          <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">{props.children}</div>
          {props.footer !== undefined && (
            <div className="flex gap-2 border-t border-line px-4 py-3">{props.footer}</div>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

function OverlayHead(props: { title: string; description?: string | undefined }) {
  return (
    <div className="flex items-start gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <BaseDialog.Title className="truncate text-lead font-semibold">
          {props.title}
        </BaseDialog.Title>
        {props.description !== undefined && (
          <BaseDialog.Description className="mt-1 text-ink-2">
            {props.description}
          </BaseDialog.Description>
        )}
      </div>
      <BaseDialog.Close
        render={<IconButton label="Close" shortcut="Esc" className="-mt-1 -mr-1.5" />}
      >
        <X className="size-4" aria-hidden />
      </BaseDialog.Close>
    </div>
  );
}
