import {
  IconDownload,
  IconFile,
  IconMapPin,
  IconPhotoOff,
  IconShoppingCart,
  IconUserSquare,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Schemas } from '@/api/client';
import { formatNumber, t } from '@/i18n';
import classes from './attachments.module.css';
import type { Message } from './messages';
import { showPicture } from './picture';
import { StoryCard } from './StoryCard';

type Attachment = Schemas['Attachment'];

interface Props {
  message: Message;
  /** Signed addresses end: asks for new ones. */
  onStale: () => void;
}

const SHOWN_IN_ALBUM = 4;

/** Everything that came beside the text. Nothing is loaded from anywhere but our own server. */
export function Attachments({ message, onStale }: Props) {
  const { attachments } = message;
  const pictures = attachments.filter((file) => file.type === 'image' && file.url);
  const others = attachments.filter((file) => !pictures.includes(file));
  return (
    <>
      {pictures.length > 0 && <Album pictures={pictures} onStale={onStale} />}
      {others.map((file) =>
        file.type === 'story' ? (
          <StoryCard key={file.id} message={message} />
        ) : (
          <One key={file.id} file={file} onStale={onStale} />
        ),
      )}
    </>
  );
}

function Album({ pictures, onStale }: { pictures: Attachment[]; onStale: () => void }) {
  const hidden = pictures.length - SHOWN_IN_ALBUM;
  const addresses = pictures.map((picture) => picture.url!);
  return (
    <div className={classes.album} data-count={Math.min(pictures.length, SHOWN_IN_ALBUM)}>
      {pictures.slice(0, SHOWN_IN_ALBUM).map((picture, place) => (
        <button
          key={picture.id}
          type="button"
          className={classes.picture}
          style={pictures.length === 1 ? shapeOf(picture) : undefined}
          aria-label={t('inbox.openPicture', { number: place + 1, count: pictures.length })}
          onClick={() => showPicture(addresses, place)}
        >
          <img src={picture.url!} alt={picture.title} loading="lazy" decoding="async" onError={onStale} />
          {place === SHOWN_IN_ALBUM - 1 && hidden > 0 && (
            <span className={classes.more} data-more={`+${formatNumber(hidden)}`} aria-hidden />
          )}
        </button>
      ))}
    </div>
  );
}

const WIDEST = 300;
const TALLEST = 320;

/** The place that it will take, so that nothing jumps when it has come. */
function shapeOf({ width, height }: Attachment): { width: number; height: number } | undefined {
  if (!width || !height) return { width: 220, height: 160 };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: Math.max(72, width * scale), height: Math.max(48, height * scale) };
}

function One({ file, onStale }: { file: Attachment; onStale: () => void }) {
  if (['pending', 'refused', 'gone', 'failed'].includes(file.state)) return <Absent file={file} />;
  switch (file.type) {
    case 'sticker':
      return file.url ? (
        <img className={classes.sticker} src={file.url} alt={t('inbox.type.sticker')} onError={onStale} />
      ) : (
        <Card icon={<IconPhotoOff size={18} aria-hidden />} title={t('inbox.type.sticker')} />
      );
    case 'video':
      return (
        <video className={classes.video} src={file.url ?? undefined} controls preload="metadata" onError={onStale}>
          <track kind="captions" />
        </video>
      );
    case 'audio':
      return <Sound file={file} onStale={onStale} />;
    case 'location':
      return <Place file={file} />;
    case 'contact':
      return <Card icon={<IconUserSquare size={20} aria-hidden />} title={file.title || t('inbox.type.contact')} />;
    case 'order':
      return <Card icon={<IconShoppingCart size={20} aria-hidden />} title={file.title || t('inbox.type.order')} />;
    default:
      return file.url ? (
        <Download file={file} />
      ) : (
        <Card icon={<IconFile size={20} aria-hidden />} title={titleOf(file)} />
      );
  }
}

const SPEEDS = [1, 1.5, 2];

function Sound({ file, onStale }: { file: Attachment; onStale: () => void }) {
  const [speed, setSpeed] = useState(1);
  return (
    <div className={classes.sound}>
      <audio
        src={file.url ?? undefined}
        controls
        preload="metadata"
        aria-label={t('inbox.type.audio')}
        onError={onStale}
        ref={(element) => {
          if (element) element.playbackRate = speed;
        }}
      >
        <track kind="captions" />
      </audio>
      <button
        type="button"
        className={classes.speed}
        aria-label={`${t('inbox.speed')}: ${formatNumber(speed)}×`}
        onClick={() => setSpeed(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!)}
      >
        {formatNumber(speed)}×
      </button>
    </div>
  );
}

function Place({ file }: { file: Attachment }) {
  const { latitude, longitude } = file;
  const where = latitude != null && longitude != null ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` : '';
  return (
    <Card icon={<IconMapPin size={20} aria-hidden />} title={file.title || t('inbox.type.location')} text={where} />
  );
}

function Download({ file }: { file: Attachment }) {
  return (
    <a className={classes.card} href={file.url!} download={file.file_name || true}>
      <IconDownload size={20} aria-hidden />
      <span className={classes.words}>
        <strong dir="auto">{titleOf(file)}</strong>
        {file.size_bytes != null && <span>{sizeOf(file.size_bytes)}</span>}
      </span>
    </a>
  );
}

function Absent({ file }: { file: Attachment }) {
  const text =
    file.state === 'pending'
      ? t('inbox.file.pending')
      : file.state === 'gone'
        ? t('inbox.file.gone')
        : t('inbox.file.failed');
  return (
    <Card
      icon={<IconPhotoOff size={18} aria-hidden />}
      title={titleOf(file)}
      text={file.state === 'refused' && file.state_reason ? file.state_reason : text}
    />
  );
}

function Card({ icon, title, text }: { icon: ReactNode; title: string; text?: string }) {
  return (
    <div className={classes.card}>
      {icon}
      <span className={classes.words}>
        <strong dir="auto">{title}</strong>
        {text && <span dir="auto">{text}</span>}
      </span>
    </div>
  );
}

const TYPES = [
  'image',
  'video',
  'audio',
  'file',
  'sticker',
  'location',
  'contact',
  'share',
  'template',
  'order',
] as const;

function titleOf(file: Attachment): string {
  const type = TYPES.find((known) => known === file.type) ?? 'file';
  return file.title || file.file_name || t(`inbox.type.${type}`);
}

export function sizeOf(bytes: number): string {
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
  return `${formatNumber(Math.max(0.1, Math.round(value * 10) / 10))} ${unit}`;
}
