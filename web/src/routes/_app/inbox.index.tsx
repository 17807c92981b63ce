import { createFileRoute } from '@tanstack/react-router';
import { NothingChosen } from '@/features/inbox/NothingChosen';

export const Route = createFileRoute('/_app/inbox/')({ component: NothingChosen });
