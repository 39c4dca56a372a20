/** The first places where the wanted text stands, marked. Upper and lower case are alike. */
export function Highlight(props: { text: string; wanted: string }) {
  const wanted = props.wanted.trim().toLowerCase();
  if (wanted === '') return props.text;
  return splitAt(props.text, wanted).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <mark key={index} className="rounded-sm bg-waiting/25 text-ink">
        {part}
      </mark>
    ),
  );
}

const MAX_MARKS = 100; // one letter may stand in a text thousands of times

/** Odd parts are the wanted ones. */
function splitAt(text: string, wanted: string): string[] {
  const lower = text.toLowerCase();
  // A few letters change their length in lower case: then positions would not fit the text.
  if (lower.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
    if (parts.length >= 2 * MAX_MARKS) break;
  }
  return [...parts, text.slice(from)];
}
