import { t } from '@/i18n';
import type { Channel } from './channels';
import classes from './channels.module.css';
import type { Draft, Json } from './profile';

/** How a new customer sees it on the phone. */
export function Preview({ channel, draft, held }: { channel: Channel; draft: Draft; held: Json }) {
  const greeting = draft.greetings.find((one) => one.locale === 'default') ?? draft.greetings[0];
  return (
    <section className={classes.phone} data-platform={channel.platform} aria-label={t('channels.preview')}>
      <div className={classes.phoneBar} dir="auto">
        {channel.name || channel.external_id}
      </div>
      <div className={classes.phoneBody}>
        {greeting?.text && <p dir="auto">{greeting.text}</p>}
        {draft.questions
          .filter((one) => one.question)
          .map((one, place) => (
            <span key={place} className={classes.chip} dir="auto">
              {one.question}
            </span>
          ))}
      </div>
      {draft.getStarted && <div className={classes.phoneStart}>{t('channels.profile.get_started')}</div>}
      {draft.menu.some((one) => one.title) && (
        <ul className={classes.phoneMenu}>
          {draft.menu
            .filter((one) => one.title)
            .map((one, place) => (
              <li key={place} dir="auto">
                {one.title}
              </li>
            ))}
        </ul>
      )}
      <RichAreas menu={menuOf(draft, held)} />
    </section>
  );
}

function menuOf(draft: Draft, held: Json): Json | undefined {
  const menus = Array.isArray(held.rich_menus) ? (held.rich_menus as Json[]) : [];
  return menus.find((menu) => menu.richMenuId === draft.richMenu);
}

interface Area {
  bounds: { x: number; y: number; width: number; height: number };
  action: { label?: string; text?: string; uri?: string; data?: string };
}

function RichAreas({ menu }: { menu: Json | undefined }) {
  if (!menu) return null;
  const { width, height } = menu.size as { width: number; height: number };
  const share = (part: number, whole: number) => `${(part / whole) * 100}%`;
  return (
    <>
      <div className={classes.areas} style={{ aspectRatio: `${width} / ${height}` }} dir="ltr">
        {(menu.areas as Area[]).map(({ bounds, action }, place) => (
          <span
            key={place}
            style={{
              left: share(bounds.x, width),
              top: share(bounds.y, height),
              width: share(bounds.width, width),
              height: share(bounds.height, height),
            }}
          >
            {action.label ?? action.text ?? action.uri ?? action.data}
          </span>
        ))}
      </div>
      <div className={classes.phoneStart}>{String(menu.chatBarText ?? '')}</div>
    </>
  );
}
