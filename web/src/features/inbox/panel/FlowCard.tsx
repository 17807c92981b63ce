import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRobot, IconRoute, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient, useMay } from '@/api/queries';
import { dateFormat, t } from '@/i18n';
import { onNewMessages } from '@/realtime/refresh';
import { Failure, Skeletons } from '@/ui/states';
import { clockTime, fullTime, startOfDay, useNow } from '@/ui/time';
import { showError, showToast } from '@/ui/toasts';
import type { Conversation } from '../lists';
import classes from './panel.module.css';
import { Reason, Sure } from './Reason';
import { type Run, stateOf, stepName } from './runs';

const at = (id: string) => ({ params: { path: { conversation_id: id } } });

/** The flow in the middle of which the customer is, and who answers. */
export function FlowCard({ conversation }: { conversation: Conversation }) {
  const { id } = conversation;
  const query = useQuery({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/conversations/{conversation_id}/run', { ...at(id), signal })),
  });
  // A flow moves on with what is said.
  useEffect(
    () => onNewMessages((where) => where === id && void queryClient.invalidateQueries({ queryKey: keys.run(id) })),
    [id],
  );
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={1} height={44} />;
  const { run } = query.data;
  return (
    <>
      <Answering handover={conversation.handover} />
      {run ? (
        <Running conversation={conversation} run={run} />
      ) : (
        <p className={classes.nothing}>{t('panel.flow.none')}</p>
      )}
    </>
  );
}

function Answering({ handover }: Pick<Conversation, 'handover'>) {
  const Icon = { flow: IconRoute, ai: IconRobot, human: IconUser }[handover];
  return (
    <p className={classes.answering} data-human={handover === 'human' || undefined}>
      <Icon size={15} aria-hidden /> {t(`panel.answers.${handover}`)}
    </p>
  );
}

function Running({ conversation, run }: { conversation: Conversation; run: Run }) {
  const mayAnswer = useMay('answer');
  const now = useNow();
  const state = stateOf(run, conversation.handover);
  const since = Date.parse(run.updated_at);
  return (
    <div className={classes.run} data-state={state}>
      <strong dir="auto" title={t('panel.flow.version', { version: run.version })}>
        {run.flow_name}
      </strong>
      <span>
        {t('panel.flow.step')}: <bdi>{stepName(run.step)}</bdi>
        {' · '}
        <time dateTime={run.updated_at} title={fullTime(since)}>
          {t('panel.flow.since', { time: momentOf(since, now) })}
        </time>
      </span>
      <span className={classes.state}>
        <i aria-hidden />
        {t(`panel.runState.${state}`)}
        {state === 'delayed' && run.due_at && (
          <> {t('panel.flow.until', { time: clockTime(Date.parse(run.due_at)) })}</>
        )}
      </span>
      {mayAnswer ? <Steering conversation={conversation} isPaused={state === 'paused'} /> : null}
      {!mayAnswer && <Reason>{t('panel.mayAgents')}</Reason>}
    </div>
  );
}

/** Today the clock tells more than the day. */
function momentOf(moment: number, now: number): string {
  return startOfDay(moment) === startOfDay(now)
    ? clockTime(moment)
    : dateFormat({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(moment);
}

function Steering({ conversation, isPaused }: { conversation: Conversation; isPaused: boolean }) {
  const { id } = conversation;
  return (
    <Sure question={t('panel.flow.endSure')} onYes={() => void steer(id, 'end')}>
      {(ask) => (
        <div className={classes.buttons}>
          {isPaused ? (
            <button type="button" className={classes.small} onClick={() => void steer(id, 'resume')}>
              <IconPlayerPlay size={14} aria-hidden /> {t('panel.flow.resume')}
            </button>
          ) : (
            <button type="button" className={classes.small} onClick={() => void steer(id, 'pause')}>
              <IconPlayerPause size={14} aria-hidden /> {t('panel.flow.pause')}
            </button>
          )}
          <button type="button" className={classes.small} onClick={ask}>
            <IconPlayerStop size={14} aria-hidden /> {t('panel.flow.end')}
          </button>
        </div>
      )}
    </Sure>
  );
}

type Way = 'pause' | 'resume' | 'end';

const SAID = { pause: 'panel.done.paused', resume: 'panel.done.resumed', end: 'panel.done.ended' } as const;
const BACK = { pause: 'resume', resume: 'pause', end: undefined } as const;

async function steer(id: string, way: Way): Promise<void> {
  try {
    queryClient.setQueryData(keys.run(id), await unwrap(asking(id, way)));
    const back = BACK[way];
    showToast(t(SAID[way]), back && (() => void steer(id, back)));
  } catch (problem) {
    showError(problem);
    void queryClient.invalidateQueries({ queryKey: keys.run(id) });
  }
  void queryClient.invalidateQueries({ queryKey: keys.conversation(id) });
}

function asking(id: string, way: Way) {
  if (way === 'pause') return api.POST('/api/v1/conversations/{conversation_id}/run/pause', at(id));
  if (way === 'resume') return api.POST('/api/v1/conversations/{conversation_id}/run/resume', at(id));
  return api.POST('/api/v1/conversations/{conversation_id}/run/end', at(id));
}
