import { dutiesOf, type DutyFacts } from './duty.js';

describe('Who must be told of a breach', () => {
  const facts: DutyFacts = {
    ...{ laws: ['gdpr', 'hipaa'], role: 'controller', timeZone: 'America/New_York', severity: null, people: null },
    discoveredAt: new Date('2026-12-31T20:00:00Z'),
  };
  const due = (more: Partial<DutyFacts>): Record<string, string> =>
    Object.fromEntries(dutiesOf({ ...facts, ...more }).map(({ duty, dueAt }) => [duty, dueAt.toISOString()]));
  const in60Days = '2027-03-02T05:00:00.000Z'; // the end of 1 March in New York

  it('is the authority within 72 hours, over a weekend and New Year too', () => {
    expect(due({ laws: ['gdpr'] })).toEqual({ gdpr_authority: '2027-01-03T20:00:00.000Z' });
  });

  it('are the people, too, when the risk is high', () => {
    for (const severity of ['high', 'critical'])
      expect(Object.keys(due({ laws: ['gdpr'], severity }))).toContain('gdpr_people');
    for (const severity of ['low', 'medium'])
      expect(Object.keys(due({ laws: ['gdpr'], severity }))).toEqual(['gdpr_authority']);
  });

  it('is the controller, or the covered entity, of a processor', () => {
    expect(due({ role: 'processor' })).toEqual({
      gdpr_controller: '2027-01-03T20:00:00.000Z',
      hipaa_covered_entity: in60Days,
    });
  });

  it.each([[500n], [null]])('are people, HHS and media within 60 days where the tenant is, of %s', (people) => {
    expect(due({ laws: ['hipaa'], people })).toEqual({
      ...{ hipaa_people: in60Days, hipaa_hhs: in60Days, hipaa_media: in60Days },
    });
  });

  it('is HHS 60 days after the end of the year when fewer than 500 are concerned', () => {
    expect(due({ laws: ['hipaa'], people: 499n })).toEqual({ hipaa_people: in60Days, hipaa_hhs: in60Days });
    const discoveredAt = new Date('2026-02-01T12:00:00Z');
    expect(due({ laws: ['hipaa'], people: 499n, discoveredAt })).toEqual({
      hipaa_people: '2026-04-03T04:00:00.000Z',
      hipaa_hhs: in60Days,
    });
  });
});
