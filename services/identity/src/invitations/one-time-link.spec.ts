import { linkMail } from './one-time-link.js';

describe('linkMail', () => {
  it('puts the token behind the #, where no server sees it', () => {
    const { text, to } = linkMail('ada@example.com', 'Chinook', 'tnl_secret', 'https://app.example.com/welcome');
    expect(to).toBe('ada@example.com');
    expect(text).toContain('https://app.example.com/welcome#token=tnl_secret');
  });

  it('says how to use the token when the product has no page for it', () => {
    expect(linkMail('ada@example.com', 'Chinook', 'tnl_secret', undefined).text).toContain('POST /v1/auth/accept');
  });
});
