export function ConversationList({ chosenId }: { chosenId: string | undefined }) {
  return <div>{chosenId}</div>;
}
