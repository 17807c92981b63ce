import { IconForms, IconLayoutList, IconMicrophone, IconPaperclip } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { t } from '@/i18n';
import { IconButton } from '@/ui/IconButton';

interface Props {
  canWrite: boolean;
  hasTemplates: boolean;
  hasChoices: boolean;
  /** Undefined where nothing can be recorded. */
  onRecord: (() => void) | undefined;
  onChoices: (() => void) | undefined;
  onAttach: () => void;
  onTemplate: () => void;
}

/** What a reply can have besides words. */
export function ComposerTools(props: Props) {
  const { canWrite, hasTemplates, hasChoices, onRecord, onChoices, onAttach, onTemplate } = props;
  return (
    <>
      <Tool label={t('inbox.do.attach')} isDisabled={!canWrite} onClick={onAttach}>
        <IconPaperclip size={18} aria-hidden />
      </Tool>
      {onRecord && (
        <Tool label={t('inbox.do.record')} isDisabled={!canWrite} onClick={onRecord}>
          <IconMicrophone size={18} aria-hidden />
        </Tool>
      )}
      {onChoices && (
        <Tool label={t('inbox.do.choices')} isDisabled={!canWrite} isPressed={hasChoices} onClick={onChoices}>
          <IconForms size={18} aria-hidden />
        </Tool>
      )}
      {hasTemplates && (
        <Tool label={t('inbox.do.template')} onClick={onTemplate}>
          <IconLayoutList size={18} aria-hidden />
        </Tool>
      )}
    </>
  );
}

interface ToolProps {
  label: string;
  isDisabled?: boolean;
  isPressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, isDisabled, isPressed, onClick, children }: ToolProps) {
  return (
    <IconButton label={label} aria-pressed={isPressed} disabled={isDisabled} onClick={onClick}>
      {children}
    </IconButton>
  );
}
