import classes from './said.module.css';

interface Button {
  title?: string;
}

interface Shown {
  header?: string;
  footer?: string;
  buttons?: Button[];
  quick_replies?: Button[];
  list_button?: string;
  sections?: { title?: string; rows?: { title?: string; description?: string }[] }[];
  cards?: { title?: string; subtitle?: string; buttons?: Button[] }[];
  template?: { name?: string; language?: string };
}

/**
 * What we sent beside the text: buttons, cards, lists. Shown as the customer has it; here nothing can be pressed.
 * More cards than there is room for are reached by arrows, too: their strip takes the focus.
 */
export function Said({ content }: { content: Record<string, unknown> }) {
  const said = content.said as Shown | undefined;
  if (!said) return null;
  return (
    <div className={classes.said} dir="auto">
      {said.header && <strong>{said.header}</strong>}
      {said.cards && said.cards.length > 0 && (
        <ul className={classes.cards} aria-label={said.cards.map((card) => card.title).join(', ')} tabIndex={0}>
          {said.cards.map((card, place) => (
            <li key={place} className={classes.card}>
              <strong>{card.title}</strong>
              {card.subtitle && <span>{card.subtitle}</span>}
              <Buttons buttons={card.buttons} />
            </li>
          ))}
        </ul>
      )}
      {said.footer && <small>{said.footer}</small>}
      <Buttons buttons={said.buttons} />
      {said.list_button && <Buttons buttons={[{ title: said.list_button }]} />}
      {said.sections?.map((section, place) => (
        <ul key={place} className={classes.rows}>
          {section.rows?.map((row, number) => (
            <li key={number}>{row.title}</li>
          ))}
        </ul>
      ))}
      {said.quick_replies && said.quick_replies.length > 0 && (
        <div className={classes.quick}>
          {said.quick_replies.map((reply, place) => (
            <span key={place}>{reply.title}</span>
          ))}
        </div>
      )}
      {said.template?.name && <code className={classes.template}>{said.template.name}</code>}
    </div>
  );
}

/** What can be tapped below words; it does nothing on this side. */
export function Buttons({ buttons }: { buttons: readonly Button[] | undefined }) {
  if (!buttons?.length) return null;
  return (
    <div className={classes.buttons}>
      {buttons.map((button, place) => (
        <span key={place}>{button.title}</span>
      ))}
    </div>
  );
}
