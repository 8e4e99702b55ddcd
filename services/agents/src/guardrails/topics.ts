import { wordsOf } from '@tenantry/kernel';
import { findTerms } from './terms.js';

/** Something that is talked about, told by its words. */
export interface Topic {
  readonly name: string;
  readonly words: readonly string[];
  /** Whether a text may be on it; where some are allowed, it must be on one of them. */
  readonly allowed: boolean;
}

/** A greeting is on no topic. */
const MAX_SMALL_TALK_WORDS = 5;

/**
 * Why a text is not on what may be talked about; null when it is.
 * @param mustBeAllowed whether it must be on one of the topics that are allowed, if there are any: a part of a text need not be
 */
export function offTopic(text: string, topics: readonly Topic[], mustBeAllowed: boolean): string | null {
  const isOn = ({ words }: Topic): boolean => findTerms(text, words).length > 0;
  const denied = topics.filter((topic) => !topic.allowed && isOn(topic)).map(({ name }) => name);
  if (denied.length > 0) return `It is about ${denied.join(', ')}`;
  const allowed = topics.filter((topic) => topic.allowed);
  if (!mustBeAllowed || allowed.length === 0 || allowed.some(isOn)) return null;
  const isSmallTalk = wordsOf(text).length <= MAX_SMALL_TALK_WORDS;
  return isSmallTalk ? null : `It is about none of ${allowed.map(({ name }) => name).join(', ')}`;
}
