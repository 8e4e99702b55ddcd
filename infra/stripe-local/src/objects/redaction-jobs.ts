import type { Call, Route, World } from '../call.js';
import { badParameter } from '../http/problem.js';
import { newObjectId, type Kept } from '../store.js';

/** A redaction job, which is a preview in the real one: created, validated, run, and done with some time in between. */
interface RedactionJob extends Kept {
  readonly object: 'privacy.redaction_job';
  readonly created: number;
  readonly livemode: false;
  readonly objects: { readonly customers: readonly string[] };
  readonly status: 'validating' | 'ready' | 'redacting' | 'succeeded' | 'failed';
  readonly validation_behavior: string;
}

const KIND = 'redaction_job';

function created({ params, account, world }: Call): RedactionJob {
  const { objects, validation_behavior: behavior = 'error' } = params as {
    objects: { customers?: string[] };
    validation_behavior?: string;
  };
  const customers = objects.customers ?? [];
  if (customers.length === 0) throw badParameter('Name at least one object.', 'objects');
  if (!['error', 'fix'].includes(behavior)) throw badParameter('Invalid validation_behavior', 'validation_behavior');
  customers.forEach((id) => world.get(account, 'customer', id, 'objects[customers]'));
  const job: RedactionJob = {
    id: newObjectId('prj', 14),
    object: 'privacy.redaction_job',
    created: world.nowS,
    livemode: false,
    objects: { customers },
    status: 'validating',
    validation_behavior: behavior,
  };
  return world.store.save(account, KIND, job);
}

/** Each look finds it a step further: a customer named "undeletable" is what the real one has reasons to keep. */
function looked({ account, world, id }: Call): RedactionJob {
  const job = world.get<RedactionJob>(account, KIND, id);
  if (job.status === 'validating') world.store.save(account, KIND, { ...job, status: validated(world, account, job) });
  if (job.status === 'redacting') {
    job.objects.customers.forEach((customer) => redact(world, account, customer));
    world.store.save(account, KIND, { ...job, status: 'succeeded' });
  }
  return job;
}

function validated(world: World, account: string, { objects }: RedactionJob): 'ready' | 'failed' {
  const names = objects.customers.map((id) =>
    world.get<Kept & { description: string | null }>(account, 'customer', id),
  );
  return names.some(({ description }) => description === 'undeletable') ? 'failed' : 'ready';
}

function run({ account, world, id }: Call): RedactionJob {
  const job = world.get<RedactionJob>(account, KIND, id);
  if (job.status !== 'ready') throw badParameter(`A job that is ${job.status} can not be run.`, 'job');
  return world.store.save(account, KIND, { ...job, status: 'redacting' });
}

/** What says who they are is gone, of the customer and of whatever is attached to it, also from the file. */
function redact(world: World, account: string, customerId: string): void {
  const customer = world.get<Kept>(account, 'customer', customerId);
  const nobody = { name: null, email: null, phone: null, address: null, shipping: null, metadata: {} };
  world.store.save(account, 'customer', { ...customer, ...nobody, description: null });
  for (const kind of ['payment_method', 'setup_intent', 'checkout_session']) {
    const own = world.store.all<Kept & { customer: string | null }>(account, kind);
    own
      .filter((one) => one.customer === customerId)
      .forEach((one) =>
        world.store.save(account, kind, { ...one, customer: null, billing_details: nobody, metadata: {} }),
      );
  }
  world.store.compact();
}

export const redactionJobRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/privacy/redaction_jobs',
    takes: { objects: { customers: 'strings' }, validation_behavior: 'string' },
    required: ['objects'],
    handle: created,
  },
  { method: 'GET', path: '/v1/privacy/redaction_jobs/:id', handle: looked },
  { method: 'POST', path: '/v1/privacy/redaction_jobs/:id/run', handle: run },
];
