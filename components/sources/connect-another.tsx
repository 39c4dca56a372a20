import { FoundRuntimes } from '#components/connect/found-runtimes.tsx';
import { RUNTIMES } from '#components/connect/runtimes.ts';
import { CopyCommand } from '#components/ui/copy.tsx';
import { Panel } from '#components/ui/panel.tsx';

/** How a further source is added: found on this machine, or by a flag at start, as often as needed. */
export function ConnectAnother() {
  return (
    <div id="connect" ref={showWhenNamed}>
      <Panel title="Connect another source">
        <div className="flex flex-col gap-3">
          <FoundRuntimes />
          <p className="text-ink-2">
            Sources are given at start: repeat <code>--source</code>, each with a name of its own
            such as <code>prod=</code> before its address. Each becomes an organism; what is stored
            stays.
          </p>
          <div className="grid gap-x-6 gap-y-3 xl:grid-cols-2">
            {RUNTIMES.map((runtime) => (
              <section key={runtime.kind} className="flex min-w-0 flex-col gap-1.5">
                <h3 className="font-medium">{runtime.name}</h3>
                <p className="text-ink-2">{runtime.needs}</p>
                <CopyCommand command={runtime.command} />
              </section>
            ))}
          </div>
        </div>
      </Panel>
    </div>
  );
}

/** The page fills after it has opened: a link to here must be followed once this is there. */
function showWhenNamed(element: HTMLElement | null): void {
  if (element !== null && location.hash === `#${element.id}`) element.scrollIntoView();
}
