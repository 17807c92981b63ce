import { useCallback, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { t } from '@/i18n';
import { showError, showToast } from '@/ui/toasts';
import { sizeOf } from './Attachments';
import { type Capabilities, kindOf } from './capabilities';

export interface Chosen {
  key: string;
  name: string;
  size: number;
  mime: string;
  kind: 'image' | 'video' | 'audio' | 'file';
  /** Of a recording. */
  durationMs: number | undefined;
  /** Of a picture or a recording. */
  shown: File | undefined;
  /** Undefined while it is on its way to our server. */
  uploadId: string | undefined;
}

/** Files that go out with the next reply: checked against the platform's rules, then uploaded at once. */
export function useFiles(capabilities: Capabilities | undefined) {
  const [files, setFiles] = useState<Chosen[]>([]);
  const remove = useCallback((key: string) => {
    setFiles((before) => before.filter((file) => file.key !== key));
  }, []);
  const add = useCallback(
    (given: Iterable<File>, durationMs?: number) => {
      for (const file of given) {
        const chosen = capabilities && choose(file, capabilities, durationMs);
        if (!chosen) continue;
        setFiles((before) => [...before, chosen]);
        void upload(file).then(
          (uploadId) =>
            setFiles((before) => before.map((one) => (one.key === chosen.key ? { ...one, uploadId } : one))),
          (problem) => {
            showError(problem);
            remove(chosen.key);
          },
        );
      }
    },
    [capabilities, remove],
  );
  const clear = useCallback(() => setFiles([]), []);
  return { files, add, remove, clear, isUploading: files.some((file) => !file.uploadId) };
}

function choose(file: File, capabilities: Capabilities, durationMs: number | undefined): Chosen | undefined {
  const fit = kindOf(file.type || 'application/octet-stream', file.size, capabilities);
  if ('reason' in fit) {
    const size = fit.reason === 'size' ? sizeOf(fit.limit) : '';
    showToast(
      fit.reason === 'size'
        ? t('inbox.file.tooLarge', { name: file.name, size })
        : t('inbox.file.notTaken', { name: file.name }),
    );
    return undefined;
  }
  const isShown = fit.kind === 'image' || durationMs !== undefined;
  const shown = isShown ? file : undefined;
  const { name, size, type: mime } = file;
  return { key: crypto.randomUUID(), name, size, mime, kind: fit.kind, durationMs, shown, uploadId: undefined };
}

async function upload(file: File): Promise<string> {
  const form = new FormData();
  form.append('file', file);
  const asking = api.POST('/api/v1/uploads', {
    body: { file: '' },
    bodySerializer: () => form,
  });
  return (await unwrap(asking)).upload_id;
}
