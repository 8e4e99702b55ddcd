import {
  completeAccessReview,
  decideAccess,
  getAccessReview,
  listAccessReviewItems,
  openAccessReview,
  type AccessReview,
  type AccessReviewItem,
  type DecideAccessRequest,
  type GivenAccess,
  type ListAccessReviewItemsRequest,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

/** Somebody who asks. */
export const as = (id: string, role = 'compliance', kind: 'user' | 'key' = 'user'): Partial<TenantContext> => ({
  actor: { kind, id, role },
});

/** Reviews of a tenant with an owner, who gave everything to a member who leaves and to a reviewer. */
export class ReviewFixture extends ComplianceFixture {
  readonly reviewer = newId();
  readonly granter = newId();
  readonly leaver = newId();

  given = (kind: string, id: string, more: Partial<GivenAccess> = {}): GivenAccess => ({
    ...{
      kind,
      id,
      holderId: id,
      permissions: [],
      grantedBy: this.granter,
      grantedAt: new Date('2026-01-01T00:00:00Z'),
    },
    ...more,
  });

  member = (id: string, more: Partial<GivenAccess> = {}): GivenAccess =>
    this.given('member', id, { email: `${id}@example.com`, name: 'Somebody', role: 'staff', ...more });

  population = (): GivenAccess[] => [
    this.given('agent', newId(), { holderId: this.granter, name: 'Helper', permissions: ['rows.read'] }),
    this.given('api_key', newId(), { holderId: this.leaver, permissions: ['rows.*'] }),
    this.member(this.granter, { role: 'owner', grantedBy: null }),
    this.member(this.leaver),
    this.member(this.reviewer, { role: 'compliance' }),
  ];

  run = (): Promise<void> => this.t.bus.runSchedule('compliance.access-reviews');

  /** A review of which the population was tried to freeze. */
  frozen = async (tenant: TestTenant, accesses = this.population()): Promise<AccessReview> => {
    this.peers.accesses.set(tenant.id, accesses);
    const { id: reviewId } = await tenant.call(openAccessReview, {});
    await this.run();
    return tenant.call(getAccessReview, { reviewId });
  };

  /** Accesses of a review as the reviewer sees them. */
  items = async (
    tenant: TestTenant,
    { id: reviewId }: AccessReview,
    filter: Partial<ListAccessReviewItemsRequest> = {},
  ): Promise<AccessReviewItem[]> =>
    (await tenant.call(listAccessReviewItems, { reviewId, ...filter }, as(this.reviewer))).data;

  find = async (tenant: TestTenant, review: AccessReview, accessId: string): Promise<AccessReviewItem> =>
    (await this.items(tenant, review)).find((one) => one.accessId === accessId)!;

  decide = (
    tenant: TestTenant,
    { id: reviewId }: AccessReview,
    some: readonly { readonly id: string }[],
    wish: Partial<DecideAccessRequest>,
    who = as(this.reviewer),
  ): Promise<AccessReview> => tenant.call(decideAccess, { reviewId, itemIds: some.map(({ id }) => id), ...wish }, who);

  complete = (tenant: TestTenant, { id: reviewId }: AccessReview, leftBecause?: string): Promise<AccessReview> =>
    tenant.call(completeAccessReview, { reviewId, leftBecause }, as(this.reviewer));

  /** What was announced of a review. */
  events = async (type: string, { id }: AccessReview): Promise<Record<string, unknown>[]> =>
    (await this.t.outbox()).filter((one) => one.type === type && one['reviewId'] === id);

  /** Runs until everything that could be tried again was. */
  runOn = async (turns = 3): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      this.clock.advanceMinutes(6);
      await this.run();
    }
  };
}
