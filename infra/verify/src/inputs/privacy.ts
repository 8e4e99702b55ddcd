import { json } from '../client/client.js';
import { mailedSecret } from './invitation.js';
import type { Bench, Thing } from './kinds.js';

type Ids = { readonly id: string };

async function open(bench: Bench, more: object = {}): Promise<Ids> {
  const { canary, owner } = bench.tenant;
  const wish = { type: 'gdpr_rectification', subjectName: canary.word(), subjectEmail: canary.email(), ...more };
  return bench.workshop.client.must(owner, json('POST', '/v1/privacy/requests', wish));
}

/** Opens a request and does something to it as the owner. */
async function opened(bench: Bench, path: string, body: object): Promise<Ids> {
  const request = await open(bench);
  await bench.workshop.client.must(
    bench.tenant.owner,
    json('POST', `/v1/privacy/requests/${request.id}/${path}`, body),
  );
  return request;
}

/** Denied by somebody else than the owner, who so can decide about it again. */
async function denied(bench: Bench): Promise<Ids> {
  const request = await open(bench);
  const { caller } = await bench.workshop.key(bench.tenant, { scopes: ['compliance.*'] });
  const denial = { reason: 'other', explanation: bench.tenant.canary.word() };
  await bench.workshop.client.must(caller, json('POST', `/v1/privacy/requests/${request.id}/deny`, denial));
  return request;
}

async function appealed(bench: Bench): Promise<Ids> {
  const request = await denied(bench);
  const appeal = json('POST', `/v1/privacy/requests/${request.id}/appeal`, { text: bench.tenant.canary.word() });
  await bench.workshop.client.must(bench.tenant.owner, appeal);
  return request;
}

/** A member who works on two requests. */
async function busyMember(bench: Bench): Promise<Ids> {
  const { tenant, workshop } = bench;
  const requestIds = [(await open(bench)).id, (await open(bench)).id];
  const assigneeId = tenant.person.userId;
  await workshop.client.must(tenant.owner, json('POST', '/v1/privacy/requests/assign', { requestIds, assigneeId }));
  return { id: assigneeId };
}

/** Placed by somebody else than the owner, who so can release it. */
async function heldBySomebodyElse(bench: Bench): Promise<Ids> {
  const { canary } = bench.tenant;
  const { caller } = await bench.workshop.key(bench.tenant, { scopes: ['compliance.*'] });
  const hold = { name: canary.word(), reason: canary.word(), subjectEmail: canary.email() };
  return bench.workshop.client.must(caller, json('POST', '/v1/privacy/holds', hold));
}

/** A request by the tenant's form, with the code that was mailed; a made-up code for somebody without the mails. */
async function submitted(bench: Bench): Promise<Thing> {
  const { workshop, tenant, outbox } = bench;
  await workshop.client.must(tenant.owner, json('PUT', '/v1/privacy/settings', { formEnabled: true }));
  const email = tenant.canary.email();
  const request = await open(bench, { subjectEmail: email });
  await workshop.client.must(tenant.owner, json('POST', `/v1/privacy/requests/${request.id}/verification/code`, {}));
  const code = outbox === null ? '000000' : await mailedSecret(outbox, email, /(?<=^ {4})\d{6}$/m);
  return { ...request, code, slug: tenant.slug };
}

/** A request with the link that was mailed; a made-up one for somebody without the mails. */
async function linked(bench: Bench): Promise<Thing> {
  const { workshop, tenant, outbox } = bench;
  const email = tenant.canary.email();
  const request = await open(bench, { subjectEmail: email });
  await workshop.client.must(tenant.owner, json('POST', `/v1/privacy/requests/${request.id}/verification/link`, {}));
  const token = outbox === null ? 'x'.repeat(91) : await mailedSecret(outbox, email, /(?<=\/verify#)\S{91}/);
  return { ...request, token, slug: tenant.slug };
}

/** A verified request that is like an earlier one of its person. */
async function duplicate(bench: Bench): Promise<Ids> {
  const { tenant, workshop } = bench;
  const subjectEmail = tenant.canary.email();
  const requests = [await open(bench, { subjectEmail }), await open(bench, { subjectEmail })] as const;
  const check = { method: 'callback', passed: true, evidence: tenant.canary.word() };
  for (const { id } of requests)
    await workshop.client.must(tenant.owner, json('POST', `/v1/privacy/requests/${id}/verification/check`, check));
  return requests[1];
}

/** How to come by privacy requests in every state that an operation asks for. */
export const privacyRequests = {
  privacyRequest: async (bench: Bench): Promise<Thing> => {
    const { id } = await opened(bench, 'comments', { text: bench.tenant.canary.word() }); // a list of one has no cursor
    return { id, all: [id] };
  },
  optOutRequest: (bench: Bench): Promise<Thing> => open(bench, { type: 'ccpa_opt_out' }),
  askedRequest: (bench: Bench): Promise<Thing> =>
    opened(bench, 'questions', { about: 'scope', text: bench.tenant.canary.word() }),
  processorRequest: (bench: Bench): Promise<Thing> =>
    open(bench, { controller: { name: bench.tenant.canary.word(), email: bench.tenant.canary.email() } }),
  deniedRequest: (bench: Bench): Promise<Thing> => denied(bench),
  appealedRequest: (bench: Bench): Promise<Thing> => appealed(bench),
  assignee: (bench: Bench): Promise<Thing> => busyMember(bench),
  legalHold: (bench: Bench): Promise<Thing> => heldBySomebodyElse(bench),
  duplicateRequest: (bench: Bench): Promise<Thing> => duplicate(bench),
  linkedRequest: (bench: Bench): Promise<Thing> => linked(bench),
  formRequest: (bench: Bench): Promise<Thing> => submitted(bench),
};
