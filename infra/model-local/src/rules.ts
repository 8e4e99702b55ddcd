import { argumentsFor } from './arguments.js';
import { knobsOf, withoutKnobs } from './knobs.js';
import { lastQuestion, textOf, type ChatRequest, type Tool } from './request.js';

/** What the model decided. */
export interface Decision {
  readonly text: string | null;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

const MAX_QUOTED = 2_000;

/**
 * A model made of rules: it calls the tool that the question names, fills its arguments from what the question says, and reports
 * what tools answered. The same request always gets the same answer.
 */
export function decide(request: ChatRequest): Decision {
  const asked = lastQuestion(request.messages);
  const question = withoutKnobs(asked);
  const { says, tokens, repeatsIds } = knobsOf(asked);
  if (says !== null) return say(says);
  if (tokens !== null) return say('word'.repeat(tokens));
  if (request.messages.at(-1)?.role === 'tool') return say(report(request));
  const tool = toolFor(request, question);
  if (tool) return call(tool, question, repeatsIds ? 2 : 1);
  if (request.response_format && request.response_format.type !== 'text') return say(inJson(request, question));
  return say(question === '' ? 'What can I do for you?' : `You said: ${question}`);
}

function say(text: string): Decision {
  return { text, calls: [] };
}

function call({ function: { name, parameters } }: Tool, question: string, times: number): Decision {
  const one = { name, arguments: JSON.stringify(argumentsFor(parameters, question)) };
  return { text: null, calls: Array.from({ length: times }, () => one) };
}

/** What the tools that were called last answered. */
function report({ messages }: ChatRequest): string {
  const answers = messages.slice(messages.findLastIndex(({ role }) => role !== 'tool') + 1);
  return `The tools answered: ${answers.map((one) => textOf(one).slice(0, MAX_QUOTED)).join('; ')}`;
}

/** The tool that is to be called: the one that is demanded, or the one whose name the question has most words of. */
function toolFor({ tools = [], tool_choice: choice = 'auto' }: ChatRequest, question: string): Tool | undefined {
  if (typeof choice === 'object') return tools.find((tool) => tool.function.name === choice.function.name);
  if (choice === 'none') return undefined;
  const said = wordsOf(question);
  const scored = tools.map((tool) => ({ tool, score: wordsOf(tool.function.name).intersection(said).size }));
  const best = scored.reduce((most, one) => (one.score > most.score ? one : most), { tool: tools[0], score: 0 });
  return best.score > 0 || choice === 'required' ? best.tool : undefined;
}

function wordsOf(text: string): Set<string> {
  const words =
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return new Set(words.map((word) => word.replace(/s$/, '')));
}

function inJson({ response_format: format }: ChatRequest, question: string): string {
  const schema = format?.json_schema?.schema;
  return JSON.stringify(schema ? argumentsFor(schema, question) : { answer: `You said: ${question}` });
}
