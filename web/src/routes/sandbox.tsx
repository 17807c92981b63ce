import { createFileRoute } from '@tanstack/react-router';
import { SandboxPage } from '@/features/sandbox/SandboxPage';
import { needWords } from '@/i18n';

/** Without the frame: it may stand in a second window beside the inbox. */
export const Route = createFileRoute('/sandbox')({ loader: () => needWords('sandbox'), component: SandboxPage });
