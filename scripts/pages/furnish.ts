import type { Client } from '../fuzz/client.js';
import type { Stage } from './stage.js';

/** Makes one of everything that staff's pages show; answers each page's path, and a text that is there when it is. */
export async function furnish(stage: Stage, planner: Client): Promise<readonly (readonly [string, RegExp])[]> {
  const { owner } = stage.world.a;
  const subject = [{ table: 'customers', value: '2' }];
  const made = async (client: Client, path: string, body: object): Promise<string> =>
    (await client.must<{ id: string }>('POST', path, body)).id;
  const requestId = await stage.request(stage.world.a, 'Nia', 'hipaa_access');
  const erasureId = await made(planner, '/v1/privacy/erasures', { subject, requestId });
  const matter = { name: 'Matter 7', reason: 'Court', subjectEmail: 'nia@customers.example' };
  await made(planner, '/v1/privacy/holds', matter);
  const copyId = await made(owner, '/v1/privacy/access', { subject });
  const lost = { title: 'Lost laptop', description: 'It was on a train.', laws: ['gdpr'] };
  const incidentId = await made(owner, '/v1/incidents', lost);
  return [
    ['/requests', /Nia/],
    [`/requests/${requestId}`, /GDPR|45 CFR/],
    ['/plans', /Erasure of/],
    [`/copies/${copyId}`, /customers/],
    [`/erasures/${erasureId}`, /What happens where/],
    ['/holds', /Matter 7/],
    ['/incidents', /Lost laptop/],
    [`/incidents/${incidentId}`, /Supervisory authority/],
    ['/form', /Colour/],
    ['/nothing', /Nothing is here/],
  ];
}
