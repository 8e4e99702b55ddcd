/** What accesses are called. */
export const KINDS = {
  member: 'Member',
  api_key: 'API key',
  support_grant: 'Support access',
  break_glass: 'Emergency access',
  agent: 'Agent',
  agent_token: 'Token of an agent',
} as const;

/** What is remarkable, in words. */
export const FINDINGS = {
  leaver: 'Has left',
  orphan: 'Nobody is behind it',
  role_drift: 'Another role',
  new: 'New',
} as const;

/** Why somebody does not decide. */
export const BARRED: Readonly<Record<string, string>> = {
  own: 'your own',
  granted: 'you gave it',
};

/** What became of a decision. */
export const OUTCOMES: Readonly<Record<string, string>> = {
  revoked: 'Gone',
  changed: 'Changed',
  expired: 'Had run out',
};

/** What the platform's staff get in by: they are known to the tenant by their id, as in its log. */
export const OF_THE_PLATFORM: readonly string[] = ['support_grant', 'break_glass'];
