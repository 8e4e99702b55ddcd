import {
  assessIncident,
  closeIncident,
  getIncident,
  listIncidents,
  openIncident,
  recordIncidentNotice,
  type AssessIncidentRequest,
  type Incident,
  type OpenIncidentRequest,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

const HOUR_MS = 3_600_000;

describe('The register of incidents', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const ago = (ms: number): Date => new Date(f.clock.now().getTime() - ms);
  const open = (tenant: TestTenant, more: Partial<OpenIncidentRequest> = {}) =>
    tenant.call(openIncident, { title: 'A lost laptop', description: 'Left on a train', laws: ['gdpr'], ...more });
  const assess = (tenant: TestTenant, { id: incidentId }: Incident, more: Partial<AssessIncidentRequest> = {}) =>
    tenant.call(assessIncident, { incidentId, severity: 'low', tables: [], ...more });
  const tell = (tenant: TestTenant, { id: incidentId }: Incident, duty: string, toldAt?: Date) =>
    tenant.call(recordIncidentNotice, { incidentId, duty, notice: 'By the form of the authority', toldAt });
  const close = (tenant: TestTenant, { id: incidentId }: Incident) =>
    tenant.call(closeIncident, { incidentId, conclusion: 'Disks are encrypted now' });
  const escalations = async ({ id }: Incident) =>
    (await t.outbox()).filter(({ type, incidentId }) => type === 'IncidentEscalated' && incidentId === id);
  const names = ({ duties }: Incident) => duties.map(({ duty }) => duty).sort();

  it('counts from the discovery, and announces each share of the time once, to its tenant', async () => {
    const incident = await open(t.a, { discoveredAt: ago(HOUR_MS) });
    const [duty] = incident.duties;
    expect(duty).toMatchObject({ duty: 'gdpr_authority', source: 'GDPR Art. 33(1)', metAt: null });
    expect(duty!.dueAt.getTime() - incident.discoveredAt.getTime()).toBe(72 * HOUR_MS);
    await open(t.b, { laws: ['hipaa'] });
    for (const [hours, percent] of [
      [35, 50],
      [22, 80],
      [15, 100],
    ] as const) {
      f.clock.advanceMinutes(hours * 60);
      await t.bus.runSchedule('compliance.escalate');
      await t.bus.runSchedule('compliance.escalate');
      expect((await escalations(incident)).at(-1)).toMatchObject({ tenantId: t.a.id, duty: 'gdpr_authority', percent });
    }
    expect(await escalations(incident)).toHaveLength(3);
  });

  it('knows whom it concerns from the tables that it names, and what must be done from how many they are', async () => {
    const incident = await open(t.a, { laws: ['hipaa', 'gdpr'] });
    expect(names(incident)).toEqual(['gdpr_authority', 'hipaa_hhs', 'hipaa_media', 'hipaa_people']);
    f.peers.measured = {
      tables: [{ table: 'patients', rows: 80n, people: 70n, classes: ['phi', 'personal'] }],
      people: 70n,
    };
    const assessed = await assess(t.a, incident, { severity: 'high', tables: ['patients'] });
    expect(assessed).toMatchObject({
      severity: 'high',
      people: 70n,
      classes: ['personal', 'phi'],
      tables: ['patients'],
    });
    expect(names(assessed)).toEqual(['gdpr_authority', 'gdpr_people', 'hipaa_hhs', 'hipaa_people']);
    const again = await assess(t.a, incident, { severity: 'high', tables: ['patients'], people: 900n });
    expect(again.people).toBe(900n);
    expect(names(again)).toContain('hipaa_media');
    expect(again.duties.find(({ duty }) => duty === 'hipaa_hhs')?.source).toBe('45 CFR § 164.408(b)');
  });

  it('notes who was told, in time or late, and is silent about that afterwards', async () => {
    const [early, late] = [await open(t.a), await open(t.a, { discoveredAt: ago(80 * HOUR_MS) })];
    const told = await tell(t.a, early, 'gdpr_authority');
    expect(told.duties).toMatchObject([{ notice: 'By the form of the authority', metAt: expect.any(Date) as Date }]);
    await tell(t.a, late, 'gdpr_authority');
    const noted = (await t.outbox()).filter(({ type }) => type === 'IncidentNoticeRecorded');
    expect(noted.map(({ inTime }) => inTime)).toEqual([true, false]);
    await assess(t.a, early, { severity: 'medium' });
    f.clock.advanceDays(4);
    await t.bus.runSchedule('compliance.escalate');
    expect(await escalations(early)).toEqual([]);
    await expect(tell(t.a, early, 'gdpr_authority')).rejects.toBeFault('conflict');
    await expect(tell(t.a, early, 'hipaa_hhs')).rejects.toBeFault('invalid-input', { field: 'duty' });
  });

  it('takes a notice only for a time between the discovery and now', async () => {
    const incident = await open(t.a, { discoveredAt: ago(HOUR_MS) });
    for (const at of [ago(2 * HOUR_MS), ago(-HOUR_MS)]) {
      await expect(tell(t.a, incident, 'gdpr_authority', at)).rejects.toBeFault('invalid-input', { field: 'toldAt' });
    }
    await tell(t.a, incident, 'gdpr_authority', ago(HOUR_MS / 2));
  });

  it('ends duties when it is no breach, with the reason, and has them again when it is one after all', async () => {
    const incident = await open(t.a);
    const noBreachBecause = 'The disk is encrypted and the key is safe';
    const none = await assess(t.a, incident, { noBreachBecause });
    expect(none).toMatchObject({ status: 'no_breach', conclusion: noBreachBecause, duties: [] });
    f.clock.advanceDays(4);
    await t.bus.runSchedule('compliance.escalate');
    expect(await escalations(incident)).toEqual([]);
    expect(await assess(t.a, incident)).toMatchObject({ status: 'open', duties: [{ duty: 'gdpr_authority' }] });
    await t.bus.runSchedule('compliance.escalate');
    expect(await escalations(incident)).toMatchObject([{ percent: 100 }]);
  });

  it('is closed once it is assessed and everybody is told, and then stays as it is', async () => {
    const incident = await open(t.a);
    await expect(close(t.a, incident)).rejects.toBeFault('conflict');
    await assess(t.a, incident);
    await expect(close(t.a, incident)).rejects.toBeFault('conflict');
    await tell(t.a, incident, 'gdpr_authority');
    const reader = { permissions: ['compliance.write'] };
    const wish = { incidentId: incident.id, conclusion: 'x' };
    await expect(t.a.call(closeIncident, wish, reader)).rejects.toBeFault('forbidden');
    expect(await close(t.a, incident)).toMatchObject({ status: 'closed', conclusion: 'Disks are encrypted now' });
    await expect(assess(t.a, incident)).rejects.toBeFault('conflict');
    await expect(close(t.a, incident)).rejects.toBeFault('conflict');
  });

  it('is its tenant’s own, listed page by page, with its texts sealed', async () => {
    const [first, second] = [await open(t.a), await open(t.a)];
    await open(t.b);
    const page = await t.a.call(listIncidents, { limit: 1 });
    const rest = await t.a.call(listIncidents, { limit: 1, cursor: page.nextCursor });
    expect([...page.data, ...rest.data].map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await t.a.call(getIncident, { incidentId: first.id })).toMatchObject({ description: 'Left on a train' });
    await expect(t.b.call(getIncident, { incidentId: first.id })).rejects.toBeFault('not-found');
    await expect(assess(t.b, first)).rejects.toBeFault('not-found');
    const kept = await t.database.admin('select description from compliance.incident');
    expect(JSON.stringify([kept, await t.outbox()])).not.toContain('Left on a train');
  });

  it('is refused for a discovery that is to come', async () => {
    await expect(open(t.a, { discoveredAt: ago(-HOUR_MS) })).rejects.toBeFault('invalid-input', {
      field: 'discoveredAt',
    });
  });
});
