import type { JsonSchema } from './request.js';

/** What a question says that may be an argument, taken in the order in which it is said. */
class Sayings {
  private readonly numbers: number[];
  private readonly quotes: string[];

  constructor(private readonly question: string) {
    this.numbers = [...question.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text));
    this.quotes = [...question.matchAll(/["“'‘]([^"”'’]+)["”'’]/g)].map(([, text]) => text!);
  }

  number(): number | undefined {
    return this.numbers.shift();
  }

  text(name: string): string {
    const named = new RegExp(`\\b${name.replace(/[^\w]+/g, '.')}\\W+(?:is |of |= ?)?([\\w.@-]+)`, 'i').exec(
      this.question,
    );
    return this.quotes.shift() ?? named?.[1] ?? this.question;
  }

  /** Whether something is mentioned. */
  has(value: unknown): boolean {
    return this.question.toLowerCase().includes(String(value).toLowerCase());
  }
}

/** Arguments that a schema allows, from what the question says; always the same for the same question. */
export function argumentsFor(schema: JsonSchema | undefined, question: string): unknown {
  return fill(schema ?? {}, '', new Sayings(question));
}

type Filler = (schema: JsonSchema, name: string, said: Sayings) => unknown;

const fillers: Readonly<Record<string, Filler>> = {
  integer: (_schema, _name, said) => Math.trunc(said.number() ?? 1),
  number: (_schema, _name, said) => said.number() ?? 1,
  boolean: (_schema, name, said) => !said.has(`no ${name}`) && !said.has(`not ${name}`),
  array: ({ items }, name, said) => [fill(items ?? {}, name, said)],
  string: (_schema, name, said) => said.text(name),
};

function fill(schema: JsonSchema, name: string, said: Sayings): unknown {
  if (schema.enum) return schema.enum.find((one) => said.has(one)) ?? schema.enum[0];
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((one) => one !== 'null');
  return (fillers[type ?? 'object'] ?? object)(schema, name, said);
}

/** What is required, and what the question mentions by name. */
function object({ properties = {}, required = [] }: JsonSchema, _name: string, said: Sayings): object {
  const wanted = Object.entries(properties).filter(([name]) => required.includes(name) || said.has(name));
  return Object.fromEntries(wanted.map(([name, schema]) => [name, fill(schema, name, said)]));
}
