import { ActionIcon } from '@mantine/core';
import { IconFile, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
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

/** An address of a file on this machine, while it is shown. */
function useAddress(file: File | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!file) return undefined;
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}

function Preview({ file }: { file: Chosen }) {
  const address = useAddress(file.shown);
  if (file.durationMs !== undefined)
    return (
      <audio src={address} controls aria-label={t('inbox.type.audio')}>
        <track kind="captions" />
      </audio>
    );
  return (
    <>
      {address ? <img src={address} alt="" /> : <IconFile size={18} aria-hidden />}
      <span dir="auto">{file.name}</span>
    </>
  );
}
