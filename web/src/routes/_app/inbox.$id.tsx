import { createFileRoute } from '@tanstack/react-router';
import { KeptConversations } from '@/features/inbox/KeptConversations';

export const Route = createFileRoute('/_app/inbox/$id')({
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return <KeptConversations id={id} />;
}
