import { IconDeviceMobileMessage } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '@/i18n';
import { Empty } from '@/ui/states';
import type { Player } from './api';
import { Faults } from './Faults';
import { People } from './People';
import { Phone } from './Phone';
import classes from './sandbox.module.css';
import { accountsOptions, useTalks } from './usePhone';

/** The customers' side of the hub: play anybody on any platform, and switch troubles on. */
export function SandboxPage() {
  const accounts = useQuery(accountsOptions);
  const talks = useTalks().data ?? [];
  const [player, setPlayer] = useState<Player>();
  if (accounts.isError) {
    return <Empty icon={<IconDeviceMobileMessage size={32} aria-hidden />} title={t('sandbox.no_sandbox')} />;
  }
  const known = accounts.data ?? [];
  const account = known.find((one) => one.platform === player?.platform && one.external_id === player.account);
  return (
    <main className={classes.page} data-open={player ? true : undefined}>
      <People accounts={known} talks={talks} player={player} onPlay={setPlayer} />
      {player && account ? (
        <div className={classes.table}>
          <Phone
            key={`${player.account}:${player.from}`}
            player={player}
            business={account.name}
            onLeave={() => setPlayer(undefined)}
          />
          <Faults platform={player.platform} />
        </div>
      ) : (
        <div className={classes.nobody}>
          <Empty icon={<IconDeviceMobileMessage size={32} aria-hidden />} title={t('sandbox.choose')}>
            {t('sandbox.chooseHelp')}
          </Empty>
        </div>
      )}
    </main>
  );
}
