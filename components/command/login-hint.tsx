/** Why a command cannot be sent from here, and what lets it. */
export function LoginHint() {
  return (
    <p className="text-ink-2">
      This browser may look but not act. Open the login link that Organoscope printed in its
      terminal once in this browser, then come back. A link works once; starting Organoscope again
      prints a new one.
    </p>
  );
}
