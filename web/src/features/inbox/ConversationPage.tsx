export function ConversationPage({ id }: { id: string }) {
  return <div>{id}</div>;
}
