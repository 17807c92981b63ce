import { createFileRoute } from '@tanstack/react-router';
import { ConversationPage } from '@/features/inbox/ConversationPage';

export const Route = createFileRoute('/_app/inbox/$id')({
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return <ConversationPage key={id} id={id} />;
}
