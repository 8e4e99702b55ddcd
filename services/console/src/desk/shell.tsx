import type { ReactElement, ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useMe, useSession } from '../api/use-api.js';

const PLACES = [
  { href: '/requests', label: 'Requests' },
  { href: '/plans', label: 'Copies and erasures' },
  { href: '/holds', label: 'Legal holds' },
  { href: '/incidents', label: 'Breach register' },
  { href: '/access-reviews', label: 'Access reviews' },
  { href: '/form', label: 'Request form' },
];

/** What is around every page: where one can go, who one is, and for which tenant. */
export function Shell({ children }: { readonly children: ReactNode }): ReactElement {
  const [location] = useLocation();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="shell">
        <p className="brand">Privacy desk</p>
        <nav aria-label="Main">
          <ul>
            {PLACES.map(({ href, label }) => (
              <li key={href}>
                <Link href={href} aria-current={location.startsWith(href) ? 'page' : undefined}>
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Account />
      </header>
      <main id="main">{children}</main>
    </>
  );
}

function Account(): ReactElement {
  const session = useSession();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { email, memberships, tenant } = useMe();
  const choose = (tenantId: string): void => {
    void session.choose(tenantId).then(() => {
      client.clear();
      navigate('/requests');
    });
  };
  const signOut = (): void => {
    client.clear();
    void session.signOut();
  };
  return (
    <div className="account">
      {memberships.length > 1 ? (
        <label>
          <span>Tenant</span>
          <select value={tenant?.tenantId} onChange={(event) => choose(event.target.value)}>
            {memberships.map(({ tenantId, slug }) => (
              <option key={tenantId} value={tenantId}>
                {slug}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <span className="tenant">{tenant?.slug}</span>
      )}
      <span className="email">{email}</span>
      <button type="button" className="quiet" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}
