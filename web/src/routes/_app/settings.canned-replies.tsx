import { createFileRoute } from '@tanstack/react-router';
import { RepliesPage } from '@/features/settings/canned-replies/RepliesPage';

export const Route = createFileRoute('/_app/settings/canned-replies')({ component: RepliesPage });
