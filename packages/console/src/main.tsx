import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/api-problem.ts';
import { mayDo } from './api/session.ts';
import { LanguageProvider, loadChosenLanguage } from './i18n/language.tsx';
import { findStanding } from './shell/find-standing.ts';
import { Gate } from './shell/gate.tsx';
import { findMenuItem } from './shell/menu.tsx';
import { ThemeProvider } from './shell/theme.tsx';
import './styles/base.css';
import './styles/access.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/endpoints.css';
import './styles/overview.css';
import './styles/tasks.css';
import { allowEmptyMarkupOnly } from './styles/trusted-types.ts';

allowEmptyMarkupOnly();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // An answer of the server is final; only a lost connection is worth another try.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && error.status === 0,
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root".');

// What the page needs is under way before anything is drawn: who is there, its script, and then its first answer.
const { pathname, search } = window.location;
const item = findMenuItem(pathname);
const found = findStanding();
item?.load();
found.then(
  (standing) => {
    if (standing.is === 'in' && item !== undefined && mayDo(standing.user, item.deed)) {
      item.ask?.(queries, new URLSearchParams(search));
    }
  },
  () => undefined,
);
await loadChosenLanguage();
createRoot(root).render(
  <LanguageProvider>
    <ThemeProvider>
      <QueryClientProvider client={queries}>
        <Gate found={found} />
      </QueryClientProvider>
    </ThemeProvider>
  </LanguageProvider>,
);
