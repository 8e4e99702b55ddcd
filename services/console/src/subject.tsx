import './style.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SubjectPages } from './subject/subject-pages.js';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SubjectPages />
  </StrictMode>,
);
