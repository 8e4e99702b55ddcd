import { useState, type ReactElement } from 'react';
import { ConfirmForm } from './confirm-form.js';
import { Received } from './received.js';

/** Confirms a request later, on another device or after the page was closed. */
export function ConfirmPage({ tenant }: { readonly tenant: string }): ReactElement {
  const [confirmed, setConfirmed] = useState<string | null>(null);
  if (confirmed !== null) return <Received reference={confirmed} />;
  return <ConfirmForm tenant={tenant} reference={null} onConfirmed={setConfirmed} />;
}
