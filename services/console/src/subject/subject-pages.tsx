import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { call, Refused } from '../api/call.js';
import type { PrivacyForm } from '../api/contract.js';
import { ProblemNote } from '../ui/problem-note.js';
import { ConfirmPage } from './confirm-page.js';
import { DownloadPage } from './download-page.js';
import { FormPage } from './form-page.js';
import { VerifyPage } from './verify-page.js';

/** `/privacy/{tenant}/{page}`; without a tenant it is the one whose host name this is. */
function addressOfPage(): { readonly tenant: string; readonly page: string } {
  const [tenant = '', page = ''] = location.pathname.split('/').slice(2);
  return { tenant: tenant === '' ? location.hostname : decodeURIComponent(tenant), page };
}

/** What a mailed link leads to, which works although no new requests are taken. */
function mailedPage(page: string, tenant: string): ReactElement | null {
  if (page === 'download') return <DownloadPage />;
  return page === 'verify' ? <VerifyPage tenant={tenant} /> : null;
}

/** What a tenant's customers see: the form, the confirmation by code or link, and their copy. */
export function SubjectPages(): ReactElement {
  const [{ tenant, page }] = useState(addressOfPage);
  const [form, setForm] = useState<PrivacyForm | Error | null>(null);
  useEffect(() => {
    call('getPrivacyForm', { tenant }).then(setForm, (error: unknown) => setForm(error as Error));
  }, [tenant]);
  if (form === null) return <Frame title="Your data">{null}</Frame>;
  if (form instanceof Error) {
    return (
      <Frame title="Your data">
        {mailedPage(page, tenant) ?? <ProblemNote error={closed(form)} about="This form" />}
      </Frame>
    );
  }
  return (
    <Frame title={`Your data at ${form.tenantName}`} accent={form.accentColor}>
      {mailedPage(page, tenant) ??
        (page === 'confirm' ? <ConfirmPage tenant={tenant} /> : <FormPage tenant={tenant} form={form} />)}
      {form.policyUrl && (
        <footer>
          <a href={form.policyUrl} rel="noreferrer">
            Privacy policy of {form.tenantName}
          </a>
        </footer>
      )}
    </Frame>
  );
}

interface FrameProps {
  readonly title: string;
  readonly accent?: string | null;
  readonly children: ReactNode;
}

function Frame({ title, accent = null, children }: FrameProps): ReactElement {
  useEffect(() => {
    document.title = title;
    if (accent !== null) document.documentElement.style.setProperty('--brand', accent);
  }, [title, accent]);
  return (
    <main id="main" className="alone subject">
      <h1>{title}</h1>
      {children}
    </main>
  );
}

/** No form, and no such company, look alike. */
function closed(error: Error): Error {
  if (!(error instanceof Refused) || error.problem.status !== 404) return error;
  const detail = 'No requests are taken here. Check the address, or write to the company.';
  return new Refused({ ...error.problem, status: 410, title: 'not open', detail, requestId: null });
}
