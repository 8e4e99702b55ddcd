import { createContext, Script } from 'node:vm';

/** For one look. A pattern that takes longer was made to. */
const TIMEOUT_MS = 50;
const MAX_CHARS = 20_000;

const sandbox = createContext(Object.assign(Object.create(null) as object, { pattern: '', text: '' })) as {
  pattern: string;
  text: string;
};
const test = new Script('new RegExp(pattern, "u").test(text)');

/**
 * Whether a text has what a pattern of a stranger looks for; null when that was not found out. A pattern can be written so that it takes
 * years on some texts: it is given up after 50 ms.
 */
export function matches(pattern: string, text: string): boolean | null {
  if (text.length > MAX_CHARS) return null;
  sandbox.pattern = pattern;
  sandbox.text = text;
  try {
    return test.runInContext(sandbox, { timeout: TIMEOUT_MS }) as boolean;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}
