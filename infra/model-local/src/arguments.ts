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

function fill(schema: JsonSchema, name: string, said: Sayings): unknown {
  if (schema.enum) return schema.enum.find((one) => said.has(one)) ?? schema.enum[0];
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((one) => one !== 'null');
  switch (type) {
    case 'integer':
      return Math.trunc(said.number() ?? 1);
    case 'number':
      return said.number() ?? 1;
    case 'boolean':
      return !/\b(no|not|false|without)\b/i.test(name) && !said.has(`no ${name}`);
    case 'array':
      return [fill(schema.items ?? {}, name, said)];
    case 'string':
      return said.text(name);
    default:
      return object(schema, said);
  }
}

/** What is required, and what the question mentions by name. */
function object({ properties = {}, required = [] }: JsonSchema, said: Sayings): object {
  const wanted = Object.entries(properties).filter(([name]) => required.includes(name) || said.has(name));
  return Object.fromEntries(wanted.map(([name, schema]) => [name, fill(schema, name, said)]));
}
