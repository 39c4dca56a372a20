import { Button } from '#components/ui/button.tsx';
import type { Approval } from '#organism/instance-card.ts';

/** The words of the upstream's choices; one it adds later is shown as it came. */
const CHOICES: Readonly<Record<string, string>> = {
  once: 'Allow once',
  session: 'Allow in this session',
  always: 'Always allow',
  deny: 'Deny',
};

/** What a run waits to be allowed, and the answers it takes. */
export function ApprovalPrompt(props: {
  approval: Approval;
  isDisabled: boolean;
  onAnswer: (choice: string) => void;
}) {
  const { command, description, choices } = props.approval;
  return (
    <div className="flex flex-col gap-2 border-l-2 border-waiting pl-2">
      <p>{description === '' ? 'It asks for a permission.' : description}</p>
      {command !== '' && (
        <pre className="rounded-md border border-line bg-canvas p-2 text-table break-words whitespace-pre-wrap">
          {command}
        </pre>
      )}
      <div className="flex flex-wrap gap-1.5">
        {choices.map((choice) => (
          <Button
            key={choice}
            size="sm"
            variant={choice === 'deny' ? 'danger' : 'default'}
            disabled={props.isDisabled}
            onClick={() => props.onAnswer(choice)}
          >
            {CHOICES[choice] ?? choice}
          </Button>
        ))}
      </div>
    </div>
  );
}
