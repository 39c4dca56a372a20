import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export default function OverviewPage() {
  return (
    <Page>
      <PageHeader title="Overview" />
      <EmptyState title="No organism is connected">
        <p>Start Organoscope with the address of a running AgentServer.</p>
        <CopyCommand command="npm start -- --source agentserver+http://127.0.0.1:8080" />
        <p>Or look around first with a demo organism.</p>
        <CopyCommand command="npm run demo" />
      </EmptyState>
    </Page>
  );
}
