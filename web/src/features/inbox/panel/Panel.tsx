import { useQuery } from '@tanstack/react-query';
import { memo, type ReactNode } from 'react';
import { t } from '@/i18n';
import { Failure, Skeletons } from '@/ui/states';
import { useStore } from '@/ui/store';
import type { Conversation } from '../lists';
import { AttributesCard } from './AttributesCard';
import { Card } from './Card';
import { ContactCard } from './ContactCard';
import { type Contact, contactQuery } from './contact';
import { EarlierCard } from './EarlierCard';
import { FlowCard } from './FlowCard';
import { GalleryCard } from './GalleryCard';
import { HandlingCard } from './HandlingCard';
import { LabelsCard } from './LabelsCard';
import { LeadsCard } from './LeadsCard';
import { NotesCard } from './NotesCard';
import { arrangement, type CardName, ordered } from './order';
import { PeopleCard } from './PeopleCard';
import { PrivacyCard } from './PrivacyCard';
import classes from './panel.module.css';

/** Cards about a conversation, and those that need its person. A group has no one person. */
const OF_CONVERSATION: Partial<Record<CardName, (conversation: Conversation) => ReactNode>> = {
  handling: (conversation) => <HandlingCard conversation={conversation} />,
  flow: (conversation) => <FlowCard conversation={conversation} />,
  labels: (conversation) => <LabelsCard conversation={conversation} />,
  notes: (conversation) => <NotesCard conversation={conversation} />,
  gallery: (conversation) => <GalleryCard conversationId={conversation.id} />,
};

const OF_CONTACT: Partial<Record<CardName, (contact: Contact, conversation: Conversation) => ReactNode>> = {
  contact: (contact) => <ContactCard contact={contact} />,
  attributes: (contact) => <AttributesCard contact={contact} />,
  people: (contact) => <PeopleCard contact={contact} />,
  earlier: (contact, conversation) => <EarlierCard contactId={contact.id} currentId={conversation.id} />,
  leads: (contact, conversation) => <LeadsCard contactId={contact.id} conversationId={conversation.id} />,
  privacy: (contact) => <PrivacyCard contact={contact} />,
};

/** Who the customer is and what is known: cards that everybody orders and folds as they like. */
export const Panel = memo(function Panel({ conversation }: { conversation: Conversation }) {
  const order = ordered(useStore(arrangement).order);
  const hasContact = conversation.contact_id !== null;
  const shown = order.filter((name) => name in OF_CONVERSATION || hasContact || name === 'contact');
  return (
    <div className={classes.panel}>
      {shown.map((name) => (
        <Card key={name} name={name}>
          {OF_CONVERSATION[name]?.(conversation) ?? <OfContact name={name} conversation={conversation} />}
        </Card>
      ))}
    </div>
  );
});

function OfContact({ name, conversation }: { name: CardName; conversation: Conversation }) {
  const id = conversation.contact_id;
  if (id === null) return <p className={classes.nothing}>{t('panel.noContact')}</p>;
  return <Known id={id} name={name} conversation={conversation} />;
}

function Known({ id, name, conversation }: { id: string; name: CardName; conversation: Conversation }) {
  const query = useQuery(contactQuery(id));
  if (query.data) return OF_CONTACT[name]?.(query.data, conversation);
  if (query.isError && name === 'contact') {
    return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  }
  return query.isError ? null : <Skeletons count={name === 'contact' ? 3 : 1} height={44} />;
}
