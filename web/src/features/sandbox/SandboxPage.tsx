import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '@/i18n';
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
  if (accounts.isError) return <p className={classes.absent}>{t('sandbox.no_sandbox')}</p>;
  const known = accounts.data ?? [];
  const account = known.find((one) => one.platform === player?.platform && one.external_id === player.account);
  return (
    <main className={classes.page}>
      <h1 className={classes.hidden}>{t('sandbox.title')}</h1>
      <People accounts={known} talks={talks} player={player} onPlay={setPlayer} />
      {player && account ? (
        <>
          <Phone key={`${player.account}:${player.from}`} player={player} business={account.name} />
          <Faults platform={player.platform} />
        </>
      ) : (
        <p className={classes.absent}>{t('sandbox.choose')}</p>
      )}
    </main>
  );
}
