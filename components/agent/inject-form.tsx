'use client';

import { useState } from 'react';

import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';
import { TextArea } from '#components/ui/text-area.tsx';
import type { AgentView } from '#organism/state.ts';

import { parsePayload } from './parse-payload.ts';

/** A payload as JSON and, if wanted, the thread it joins. It is sent once. */
export function InjectForm(props: {
  agent: AgentView;
  onClose: () => void;
  onSend: (payload: Readonly<Record<string, unknown>>, threadId: string | null) => void;
}) {
  const [text, setText] = useState('{\n  "text": ""\n}');
  const [threadId, setThreadId] = useState('');
  const parsed = parsePayload(text);
  const accepts = props.agent.payloadClass;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const thread = threadId.trim();
        if (parsed.payload !== null) props.onSend(parsed.payload, thread === '' ? null : thread);
      }}
    >
      <TextArea
        label="Payload"
        rows={8}
        className="mono"
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={parsed.problem ?? undefined}
        hint={accepts === '' ? 'A JSON object.' : `A JSON object; this agent takes ${accepts}.`}
      />
      <Input
        label="Thread (optional)"
        className="mono"
        value={threadId}
        onChange={(event) => setThreadId(event.target.value)}
        hint="Empty starts a new thread."
      />
      <div className="flex justify-end gap-2">
        <Button onClick={props.onClose}>Cancel</Button>
        <Button variant="primary" type="submit" disabled={parsed.payload === null}>
          Inject message
        </Button>
      </div>
    </form>
  );
}
