import { createFileRoute } from '@tanstack/react-router';
import { KeysPage } from '@/features/settings/api-keys/KeysPage';

export const Route = createFileRoute('/_app/settings/api-keys')({ component: KeysPage });
