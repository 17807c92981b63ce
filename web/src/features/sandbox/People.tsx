import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { t } from '@/i18n';
import { ChannelBadge } from '@/ui/ChannelBadge';
import { shortAgo, useNow } from '@/ui/time';
import type { Account, Player, Talk } from './api';
import classes from './sandbox.module.css';
import { kindName, SKINS } from './skins';

interface Props {
  accounts: Account[];
  talks: Talk[];
  player?: Player;
  onPlay: (player: Player) => void;
}

/** Whom one can play: everybody who has a conversation, and anybody new. */
export function People({ accounts, talks, player, onPlay }: Props) {
  const now = useNow();
  return (
    <nav className={classes.people} aria-label={t('sandbox.people')}>
      <header className={classes.head}>
        <h1>{t('sandbox.title')}</h1>
        <Link to="/inbox">{t('shell.inbox')}</Link>
        <p>{t('sandbox.what')}</p>
      </header>
      <Newcomer accounts={accounts} onPlay={onPlay} />
      <ul>
        {talks
          .filter((talk) => talk.kind === 'user')
          .map((talk) => (
            <li key={`${talk.platform}:${talk.account}:${talk.conversation}`}>
              <button
                type="button"
                className={classes.person}
                aria-current={(talk.conversation === player?.from && talk.account === player.account) || undefined}
                onClick={() => onPlay({ platform: talk.platform, account: talk.account, from: talk.conversation })}
              >
                <ChannelBadge platform={talk.platform} size={30} />
                <span>
                  <span className={classes.personTop}>
                    <strong dir="auto">{talk.name}</strong>
                    <small>{shortAgo(talk.at, now)}</small>
                  </span>
                  <small dir="auto">{talk.text || kindName(talk.type)}</small>
                  <small>{talk.account_name}</small>
                </span>
              </button>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function Newcomer({ accounts, onPlay }: Pick<Props, 'accounts' | 'onPlay'>) {
  const [name, setName] = useState('Mali');
  const [chosen, setChosen] = useState(0);
  const account = accounts[chosen];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!account || !name.trim()) return;
    onPlay({ platform: account.platform, account: account.external_id, from: name.trim() });
  };
  return (
    <form onSubmit={submit} className={classes.newcomer}>
      <label>
        {t('sandbox.who')}
        <input value={name} dir="auto" onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        {t('sandbox.where')}
        <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
          {accounts.map((one, index) => (
            <option key={`${one.platform}:${one.external_id}`} value={index}>
              {SKINS[one.platform].label} · {one.name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{t('sandbox.play')}</button>
    </form>
  );
}
