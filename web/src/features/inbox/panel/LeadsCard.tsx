import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { queryClient, useMay } from '@/api/queries';
import { t } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { shortAgo, useNow } from '@/ui/time';
import { showError, showToast } from '@/ui/toasts';
import { textOf, titleOf } from './attributes';
import fields from './fields.module.css';
import classes from './panel.module.css';

type Lead = Schemas['Lead'];

const STATUSES = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const;
const keyOf = (contactId: string) => ['leads', contactId] as const;

/** What this person may buy, as flows found out. */
export function LeadsCard({ contactId, conversationId }: { contactId: string; conversationId: string }) {
  const mayAnswer = useMay('answer');
  const query = useQuery({
    queryKey: keyOf(contactId),
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/leads', { params: { query: { contact_id: contactId } }, signal })).then(
        (answer) => answer.items,
      ),
  });
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={1} height={44} />;
  return (
    <>
      {query.data.length === 0 && <p className={classes.nothing}>{t('panel.lead.none')}</p>}
      {query.data.map((lead) => (
        <One key={lead.id} lead={lead} mayAnswer={mayAnswer} />
      ))}
      {mayAnswer && (
        <button type="button" className={classes.add} onClick={() => void make(contactId, conversationId)}>
          <IconPlus size={14} aria-hidden /> {t('panel.lead.add')}
        </button>
      )}
    </>
  );
}

function One({ lead, mayAnswer }: { lead: Lead; mayAnswer: boolean }) {
  const now = useNow();
  return (
    <article className={classes.lead}>
      <div>
        <select
          className={classes.field}
          aria-label={t('panel.lead.status')}
          value={lead.status}
          disabled={!mayAnswer}
          onChange={(event) => void change(lead, event.target.value as Lead['status'])}
        >
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {t(`panel.lead.status.${status}`)}
            </option>
          ))}
        </select>
        <meter min={0} max={100} value={lead.score} aria-label={t('panel.lead.score', { score: lead.score })} />
        <span aria-hidden>{lead.score}</span>
      </div>
      <p className={classes.faint}>
        <bdi>{lead.source}</bdi>
        {lead.source && ' · '}
        {shortAgo(Date.parse(lead.created_at), now)}
      </p>
      <dl className={fields.rows}>
        {Object.entries(lead.fields).map(([name, value]) => (
          <Known key={name} name={name} value={value} />
        ))}
      </dl>
    </article>
  );
}

function Known({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt dir="auto">{titleOf(name)}</dt>
      <dd className={fields.locked} dir="auto">
        {textOf(value)}
      </dd>
    </>
  );
}

function place(lead: Lead): void {
  queryClient.setQueryData<Lead[]>(keyOf(lead.contact_id), (all) =>
    all?.map((other) => (other.id === lead.id ? lead : other)),
  );
}

async function change(lead: Lead, status: Lead['status']): Promise<void> {
  place({ ...lead, status });
  try {
    const params = { path: { lead_id: lead.id } };
    const answer = await unwrap(api.PATCH('/api/v1/leads/{lead_id}', { params, body: { status } }));
    place(answer);
    const said = t('panel.done.lead', { status: t(`panel.lead.status.${status}`) });
    showToast(said, () => void change(answer, lead.status));
  } catch (problem) {
    place(lead);
    showError(problem);
  }
}

async function make(contactId: string, conversationId: string): Promise<void> {
  try {
    const body = { contact_id: contactId, conversation_id: conversationId, score: 0, source: 'inbox' };
    await unwrap(api.POST('/api/v1/leads', { body }));
    await queryClient.invalidateQueries({ queryKey: keyOf(contactId) });
  } catch (problem) {
    showError(problem);
  }
}
