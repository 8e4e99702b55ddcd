import type { ReactElement } from 'react';
import { useRead } from '../api/use-api.js';
import { ProblemNote } from '../ui/problem-note.js';
import { saveAs } from '../ui/save-as.js';

/** What shows an auditor that an erasure was done, without asking us. */
export function Certificate({ erasureId }: { readonly erasureId: string }): ReactElement {
  const { data: certificate, error } = useRead('getErasureCertificate', { erasureId });
  const save = (): void => {
    if (!certificate) return;
    const text = JSON.stringify(certificate, null, 2);
    saveAs(new Blob([text], { type: 'application/json' }), `erasure-${erasureId}.json`);
  };
  return (
    <section className="note good" aria-labelledby="certificate">
      <h2 id="certificate">Certificate</h2>
      <ProblemNote error={error} about="The certificate can not be shown" />
      <p>
        Signed by this system. It is checked without network or database, with the key that was pinned from the audit
        log before:{' '}
        <code>npm run -s tenantry -- certificate verify erasure-{erasureId}.json --key &quot;$KEY&quot;</code>
      </p>
      <button type="button" className="main" disabled={!certificate} onClick={save}>
        Save the certificate
      </button>
    </section>
  );
}
