'use client';

import { useSession } from '#components/api/use-session.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';

import { LoginHint } from './login-hint.tsx';

/** Asks before a command is sent; a browser that may not send any learns what would let it. */
export function ConfirmCommand(props: {
  isOpen: boolean;
  onClose: () => void;
  /** A question: "Pause planner?". */
  title: string;
  /** On the button: "Pause". */
  verb: string;
  isDanger?: boolean | undefined;
  onConfirm: () => void;
  /** What will happen. */
  children: React.ReactNode;
}) {
  const canControl = useSession().data?.canControl === true;
  const confirm = () => {
    props.onConfirm();
    props.onClose();
  };
  return (
    <Dialog
      open={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      footer={
        <>
          <Button onClick={props.onClose}>{canControl ? 'Cancel' : 'Close'}</Button>
          {canControl && (
            <Button variant={props.isDanger === true ? 'danger' : 'primary'} onClick={confirm}>
              {props.verb}
            </Button>
          )}
        </>
      }
    >
      {canControl ? <p className="text-ink-2">{props.children}</p> : <LoginHint />}
    </Dialog>
  );
}
