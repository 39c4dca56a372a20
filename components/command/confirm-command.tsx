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
  const { data: session } = useSession();
  const canControl = session?.canControl === true;
  // Until the answer is there, an operator must not read that he may only look.
  const isLookerOn = session?.canControl === false;
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
      {isLookerOn ? <LoginHint /> : <p className="text-ink-2">{props.children}</p>}
    </Dialog>
  );
}
