import type { Api } from './api.js';
import type { Report } from './report.js';
import { soon, untilFound } from './until.js';
import type { World } from './world.js';

/** A provider of models with whom the clinic has no agreement. It is nowhere: what is refused is refused before anybody is called. */
const PROVIDER = 'outside';
const MODEL = 'outside-1';
const NOWHERE = 'https://models.example.com/v1';
const PERMISSIONS = ['agents.complete'];

interface PriceBook {
  readonly models: readonly { readonly model: string }[];
}

/** An agent of clinic sends no social security number to a provider whom no agreement covers; what the clinic’s own rows say is taken out. */
export async function tryClinicAgent(world: World, report: Report): Promise<void> {
  const { owner } = world.clinic;
  await offerOutsideModel(world.admin);
  const { id, api } = await makeAgent(world);
  const [patient] = await owner.must<{ first: string; last: string; ssn: string }[]>(
    'GET',
    '/rest/v1/patients?select=first,last,ssn&ssn=not.is.null&limit=1',
  );
  const { first, last, ssn } = patient!;
  const refused = await ask(api, `Which vaccinations does the patient with SSN ${ssn} need?`);
  report.check(
    'an agent of clinic sends a patient’s SSN to a provider without an agreement',
    refused.status === 403 && refused.body.code === 'agreement-missing',
    `${refused.status} ${refused.body.code ?? ''}`,
  );
  const decision = await untilFound(async () => {
    const { data } = await owner.must<{ data: { guardrail: string; explanation: string }[] }>(
      'GET',
      '/v1/guardrails/decisions',
    );
    return data.find(({ guardrail }) => guardrail === 'agreement');
  });
  report.check(
    '… is in clinic’s log, without the number',
    decision?.explanation.includes(ssn) === false,
    decision?.explanation ?? 'nothing',
  );
  await takeOwnValuesOut(owner, { name: `${first} ${last}`, ssn }, report);
  await owner.must('POST', `/v1/agents/${id}/archive`, { body: {} });
}

async function takeOwnValuesOut(
  owner: Api,
  { name, ssn }: { readonly name: string; readonly ssn: string },
  report: Report,
): Promise<void> {
  const guardrails = [{ name: 'our patients', kind: 'own-values', mode: 'enforce' }];
  await owner.must('PUT', '/v1/guardrails', { body: { guardrails } });
  const text = `Write to ${name.toUpperCase()}, number ${ssn.replaceAll('-', ' ')}, about the party.`;
  const { body } = await soon(() =>
    owner.call<{ text: string }>('POST', '/v1/guardrails/test', { body: { stage: 'input', text } }),
  );
  const left = body.text.replaceAll('[own-value]', '').toLowerCase();
  report.check(
    'a name and a number of clinic’s own rows are taken out of a text, in another spelling',
    /^write to\s+, number\s+, about the party\.$/.test(left),
    body.text,
  );
}

/** Adds a model to the price book, unless it is there. */
async function offerOutsideModel(admin: Api): Promise<void> {
  const provider = { kind: 'openai', baseUrl: NOWHERE, apiKey: 'not-a-key' };
  await admin.must('PUT', `/v1/model-providers/${PROVIDER}`, { body: provider });
  const current = await admin.call<PriceBook>('GET', '/v1/price-books/current');
  const models = current.status === 200 ? current.body.models : [];
  if (models.some(({ model }) => model === MODEL)) return;
  const price = { model: MODEL, provider: PROVIDER, contextTokens: 100_000, maxOutputTokens: 1_000 };
  const added = { ...price, input: '0.15', output: '0.60' };
  await admin.must('POST', '/v1/price-books', { body: { models: [...models, added], note: 'A model for the demo' } });
}

async function makeAgent({ admin, clinic: { owner, id: tenantId } }: World): Promise<{ id: string; api: Api }> {
  const body = { enabled: true, reason: 'demo' };
  await admin.must('PUT', `/v1/tenants/${tenantId}/entitlements/models`, { body });
  const { id } = await owner.must<{ id: string }>('POST', '/v1/agents', { body: { name: 'Ward desk' } });
  const config = { model: MODEL, permissions: PERMISSIONS };
  await owner.must('POST', `/v1/agents/${id}/versions`, { body: { config } });
  await soon(() => owner.call('POST', `/v1/agents/${id}/versions/1/publish`, { body: {} }));
  await owner.must('POST', '/v1/budgets', { body: { name: 'Agents', limit: '1.00' } });
  const wish = { audiences: ['completions'], permissions: PERMISSIONS };
  const { token } = await owner.must<{ token: string }>('POST', `/v1/agents/${id}/tokens`, { body: wish });
  return { id, api: owner.as(token) };
}

/** Asks the model; until the agent and the model are known everywhere that is told as such. */
async function ask(api: Api, content: string): Promise<{ status: number; body: { code?: string } }> {
  const body = { model: MODEL, messages: [{ role: 'user', content }] };
  const unknown = ['not-found', 'invalid-input', 'agent-refused', 'unauthenticated'];
  const answer = await untilFound(async () => {
    const got = await api.call<{ code?: string }>('POST', '/v1/chat/completions', { body });
    return unknown.includes(got.body.code ?? '') ? undefined : got;
  });
  return answer ?? { status: 0, body: { code: 'never known' } };
}
