import { isKeyLike, newKeySecret } from './key-secret.js';

describe('the secret of an API key', () => {
  it.each([
    ['secret', false, /^sk_live_[0-9A-Za-z]{49}$/],
    ['secret', true, /^sk_test_/],
    ['public', false, /^pk_live_/],
    ['public', true, /^pk_test_/],
  ] as const)('says its kind (%s) and whether it is a sandbox’s (%s)', (kind, sandbox, shape) => {
    const { key, prefix } = newKeySecret(kind, sandbox);
    expect(key).toMatch(shape);
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength('sk_live_'.length + 4);
  });

  it('is never the same twice', () => {
    const secrets = Array.from({ length: 200 }, () => newKeySecret('secret', false));
    expect(new Set(secrets.map(({ key }) => key)).size).toBe(200);
    expect(new Set(secrets.map(({ hash }) => hash)).size).toBe(200);
  });

  it('is told from a mistyped one by its checksum', () => {
    const { key } = newKeySecret('secret', false);
    const typo = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);
    expect([isKeyLike(key), isKeyLike(typo), isKeyLike(key.replace('live', 'test')), isKeyLike('sk_live_')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
