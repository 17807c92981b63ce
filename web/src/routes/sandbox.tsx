import { createFileRoute } from '@tanstack/react-router';
import { SandboxPage } from '@/features/sandbox/SandboxPage';

/** Without the frame: it may stand in a second window beside the inbox. */
export const Route = createFileRoute('/sandbox')({ component: SandboxPage });
