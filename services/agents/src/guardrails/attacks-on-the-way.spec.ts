import {
  exchangeAgentToken,
  issueAgentToken,
  replaceGuardrails,
  replaceToolHosts,
  type ExchangeAgentTokenRequest,
  type NewAgentToken,
} from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { asAgent, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';
import { ToolApiFixture, TOOLS } from '../http-tools/tool-api.fixture.js';
import { attackFiles, isText, stepsOf, type TextAttack } from './attacks.fixture.js';
import { defaultGuardrails, printGuardrail } from './policy.js';

const reasonOf = (error: unknown): string => {
  if (error instanceof Fault) return error.reason;
  throw error;
};

describe('The attack suite on its way through a completion', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const texts = attackFiles().flatMap(({ attacks }) => attacks.filter(isText));

  const called = { id: 'c', type: 'function', function: { name: 'search', arguments: '{}' } };
  const messagesOf: Readonly<Record<TextAttack['stage'], (text: string) => object[]>> = {
    input: (content) => [{ role: 'user', content }],
    retrieved: (content) => [{ role: 'user', name: 'retrieved', content }],
    'tool-result': (content) => [
      { role: 'user', content: 'search' },
      { role: 'assistant', content: null, tool_calls: [called] },
      { role: 'tool', tool_call_id: 'c', content },
    ],
    output: (text) => [{ role: 'user', content: `[[say ${text}]]` }],
  };
  const decisions = async ({ id }: TestTenant): Promise<number> => {
    const [row] = await t.database.admin<{ count: number }>(
      'select count(*)::int as count from agents.guardrail_decision where tenant_id = $1',
      [id],
    );
    return row!.count;
  };
  /** Whether guardrails decided about it on its real way, and the caller was refused whenever they said so. */
  const isCaught = async (stage: TextAttack['stage'], text: string): Promise<boolean> => {
    const before = await decisions(t.a);
    const outcome = await f.send(t.a, '', { messages: messagesOf[stage](text) }).then(() => 'ok', reasonOf);
    expect(['ok', 'guardrail-blocked']).toContain(outcome);
    return (await decisions(t.a)) > before;
  };

  it.each(['input', 'retrieved', 'tool-result', 'output'] as const)(
    '%s: at least 17 of 20 attacks are caught, and no twin is',
    async (stage) => {
      const guardrails = defaultGuardrails
        .filter(({ stages }) => stages.includes(stage))
        .map((one) => printGuardrail({ ...one, mode: 'enforce', stages: [stage] }));
      await t.a.call(replaceGuardrails, { guardrails });
      await f.budget(t.a);
      const [missed, wronged]: string[][] = [[], []];
      const attacks = texts.filter((one) => one.stage === stage);
      for (const { name, attack, benign } of attacks) {
        if (!(await isCaught(stage, attack))) missed!.push(name);
        if (await isCaught(stage, benign)) wronged!.push(name);
      }
      expect(wronged).toEqual([]);
      expect({ missed, isFew: missed!.length * 20 <= attacks.length * 3 }).toMatchObject({ isFew: true });
    },
  );
});

describe('The attack suite on its way to tools', () => {
  const f = new ToolApiFixture();
  const { t } = f;
  beforeEach(() => (f.services.calls.length = 0));

  const tables = [{ table: 'tickets', actions: ['select', 'insert', 'update'], columns: [] }];
  const permissions = ['rows.*', 'meters.read', 'budgets.read', 'agents.exchange'];
  const named = (tools: readonly string[]) => [...new Set(tools)].map((name) => ({ name, needsApproval: false }));
  const agentWith = (...tools: string[]) => liveAgent(t, t.a, { permissions, data: tables, tools: named(tools) });

  it.each(stepsOf<{ tool: string; arguments: object }>('call-tool'))(
    'refuses to call a tool: $name',
    async ({ attack, benign }) => {
      const { id } = await agentWith(attack.tool, benign.tool);
      const who = join(t, t.a.id);
      const agent = asAgent(await t.a.call(issueAgentToken, { agentId: id, audiences: ['api'] }, who));
      const reason = await f.call(t.a, agent, attack.tool, attack.arguments).then(() => 'ok', reasonOf);
      expect(['agent-refused', 'invalid-input']).toContain(reason);
      expect(f.services.calls).toEqual([]);
      await f.call(t.a, agent, benign.tool, benign.arguments);
      expect(f.services.calls).toHaveLength(1);
      expect(f.services.calls[0]!.ctx).toMatchObject({ ten: t.a.id });
    },
  );

  it.each(stepsOf<string>('reach'))('refuses to reach $name', async ({ attack, benign }) => {
    const agent = await f.agentOf(t.a);
    const listed = URL.canParse(attack) ? new URL(attack).host : '';
    const reach = async (baseUrl: string): Promise<string> => {
      if (listed !== '') await t.a.call(replaceToolHosts, { hosts: [listed, f.host()] });
      await f.put(t.a, { baseUrl, credential: { kind: 'none' } });
      await f.call(t.a, agent, TOOLS[0]!, { id: '1' });
      return 'ok';
    };
    expect(['agent-refused', 'invalid-input']).toContain(await reach(attack).catch(reasonOf));
    expect(f.seen).toEqual([]);
    expect(await reach(`http://${f.host()}${benign}`)).toBe('ok');
    expect(f.seen.map(({ url }) => url.startsWith(`${benign}/orders/1`))).toEqual([true]);
  });

  it.each(stepsOf<Partial<ExchangeAgentTokenRequest>[]>('exchange'))(
    'gives a sub-agent no more than there is: $name',
    async ({ attack, benign }) => {
      const [own, foreign] = [await agentWith('list_meters'), await liveAgent(t, t.b, {})];
      const agents: Readonly<Record<string, string>> = { $own: own.id, $foreign: foreign.id };
      const exchangeAll = async (steps: readonly Partial<ExchangeAgentTokenRequest>[]): Promise<string[]> => {
        const request = { agentId: own.id, audiences: ['api', 'completions'], budget: '1.00' };
        let token: NewAgentToken = await t.a.call(issueAgentToken, request, join(t, t.a.id));
        const outcomes: string[] = [];
        for (const step of steps) {
          const agentId = step.agentId == null ? step.agentId : (agents[step.agentId] ?? step.agentId);
          const asking = t.a.call(exchangeAgentToken, { ...step, agentId }, asAgent(token));
          outcomes.push(await asking.then((given) => ((token = given), 'ok'), reasonOf));
        }
        return outcomes;
      };
      const attacked = await exchangeAll(attack);
      expect(attacked.slice(0, -1)).toEqual(attack.slice(1).map(() => 'ok'));
      const refusals = ['conflict', 'invalid-input', 'scope-not-held', 'not-found', 'budget-refused', 'forbidden'];
      expect(refusals).toContain(attacked.at(-1));
      expect(await exchangeAll(benign)).toEqual(benign.map(() => 'ok'));
    },
  );
});
