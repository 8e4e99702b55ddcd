import './style.css';
import { StrictMode } from 'react';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { queries, SessionProvider } from './api/use-api.js';
import { Session } from './api/session.js';
import { Desk } from './desk/desk.js';
import { Announcer } from './ui/announce.js';

const session = new Session();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionProvider value={session}>
      <QueryClientProvider client={queries}>
        <Announcer>
          <Desk />
        </Announcer>
      </QueryClientProvider>
    </SessionProvider>
  </StrictMode>,
);
