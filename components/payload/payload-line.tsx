import { payloadParts } from './payload-summary.ts';

/** The start of a payload on one line: words as words, data as keys and values. */
export function PayloadLine(props: { payload: unknown; maxChars?: number | undefined }) {
  return payloadParts(props.payload, props.maxChars).map(({ key, text, isSaid }) => (
    <span key={key} className="mr-3 last:mr-0">
      {key !== null && <span className="mono text-ink-3">{`${key} `}</span>}
      {/* A text that runs from right to left must not turn its neighbours around. */}
      <bdi className={isSaid ? undefined : 'mono'}>{text}</bdi>
    </span>
  ));
}
