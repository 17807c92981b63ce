import { IconDownload, IconMusic, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queries';
import { t } from '@/i18n';
import { onNewMessages } from '@/realtime/refresh';
import { Failure, Skeletons } from '@/ui/states';
import { shortAgo, useNow } from '@/ui/time';
import { sizeOf } from '../Attachments';
import { showPicture } from '../picture';
import classes from './gallery.module.css';
import panel from './panel.module.css';

type File = Schemas['File'];

const PAGE = 24;
const FRESH_MS = 5000;

/** Every picture and file of the conversation, newest first. */
export function GalleryCard({ conversationId }: { conversationId: string }) {
  const query = useInfiniteQuery({
    queryKey: keys.gallery(conversationId),
    queryFn: ({ pageParam, signal }) => fetchPage(conversationId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  useEffect(() => onNewMessages((where) => where === conversationId && stale(conversationId)), [conversationId]);
  if (query.isError) return <Failure problem={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeletons count={1} height={72} />;
  const files = query.data.pages.flatMap((page) => page.items).filter(({ url }) => url !== null);
  // Signed addresses end; a picture that cannot be had for another reason must not ask for ever.
  const onStale = () => Date.now() - query.dataUpdatedAt > FRESH_MS && stale(conversationId);
  if (files.length === 0) return <p className={panel.nothing}>{t('panel.gallery.none')}</p>;
  return (
    <>
      <Pictures pictures={files.filter(({ type }) => type === 'image')} onStale={onStale} />
      <Others files={files.filter(({ type }) => type !== 'image' && type !== 'sticker')} />
      {query.hasNextPage && (
        <button type="button" className={panel.add} onClick={() => void query.fetchNextPage()}>
          {t('panel.gallery.more')}
        </button>
      )}
    </>
  );
}

function fetchPage(id: string, cursor: string | undefined, signal: AbortSignal) {
  const params = { path: { conversation_id: id }, query: { limit: PAGE, cursor } };
  return unwrap(api.GET('/api/v1/conversations/{conversation_id}/attachments', { params, signal }));
}

function stale(id: string): void {
  void queryClient.invalidateQueries({ queryKey: keys.gallery(id) });
}

function Pictures({ pictures, onStale }: { pictures: File[]; onStale: () => void }) {
  if (pictures.length === 0) return null;
  const addresses = pictures.map(({ url }) => url!);
  return (
    <ul className={classes.grid}>
      {pictures.map((picture, place) => (
        <li key={picture.id}>
          <button
            type="button"
            aria-label={t('panel.gallery.open', { number: place + 1, count: pictures.length })}
            onClick={() => showPicture(addresses, place)}
          >
            <img src={picture.url!} alt="" loading="lazy" decoding="async" onError={onStale} />
          </button>
        </li>
      ))}
    </ul>
  );
}

const ICONS: Record<string, typeof IconDownload> = { video: IconPlayerPlayFilled, audio: IconMusic };

function Others({ files }: { files: File[] }) {
  const now = useNow();
  return (
    <ul className={classes.files}>
      {files.map((file) => {
        const Icon = ICONS[file.type] ?? IconDownload;
        const isFile = file.type === 'file';
        return (
          <li key={file.id}>
            <a
              href={file.url!}
              download={isFile ? file.file_name || true : undefined}
              target={isFile ? undefined : '_blank'}
              rel="noopener noreferrer"
            >
              <Icon size={16} aria-hidden />
              <span>
                <bdi>{file.file_name || file.title || t(`inbox.type.${typeOf(file)}`)}</bdi>
                <span>
                  {file.direction === 'inbound' ? t('panel.from.customer') : t('panel.from.us')}
                  {' · '}
                  {shortAgo(Date.parse(file.occurred_at), now)}
                  {file.size_bytes != null && ` · ${sizeOf(file.size_bytes)}`}
                </span>
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function typeOf(file: File): 'video' | 'audio' | 'file' {
  return file.type === 'video' || file.type === 'audio' ? file.type : 'file';
}
