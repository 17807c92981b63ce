import { ActionIcon } from '@mantine/core';
import { IconFile, IconX } from '@tabler/icons-react';
import { t } from '@/i18n';
import classes from './composer.module.css';
import type { Chosen } from './useFiles';

/** What goes out with the reply; a recording can be heard before. */
export default function AttachedFiles({ files, onRemove }: { files: Chosen[]; onRemove: (key: string) => void }) {
  return (
    <ul className={classes.files}>
      {files.map((file) => (
        <li
          key={file.key}
          data-busy={!file.uploadId || undefined}
          data-voice={file.durationMs !== undefined || undefined}
        >
          <Preview file={file} />
          <ActionIcon
            size="sm"
            aria-label={t('inbox.file.remove', { name: nameOf(file) })}
            onClick={() => onRemove(file.key)}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function nameOf(file: Chosen): string {
  return file.durationMs === undefined ? file.name : t('inbox.type.audio');
}

function Preview({ file }: { file: Chosen }) {
  if (file.durationMs !== undefined)
    return (
      <audio src={file.preview} controls aria-label={t('inbox.type.audio')}>
        <track kind="captions" />
      </audio>
    );
  return (
    <>
      {file.preview ? <img src={file.preview} alt="" /> : <IconFile size={18} aria-hidden />}
      <span dir="auto">{file.name}</span>
    </>
  );
}
