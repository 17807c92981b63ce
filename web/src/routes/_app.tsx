import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Me, meQuery } from '@/api/queries';
import { connect } from '@/realtime/socket';
import { Shell } from '@/ui/Shell';

/** Everything inside the frame: only for whoever is signed in. */
export const Route = createFileRoute('/_app')({
  loader: async ({ context }) => {
    await context.queryClient.ensureQueryData(meQuery);
    void connect();
  },
  component: Frame,
});

function Frame() {
  return (
    <Me value={useQuery(meQuery).data}>
      <Shell />
    </Me>
  );
}
