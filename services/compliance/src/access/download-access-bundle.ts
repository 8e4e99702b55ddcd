import { Controller } from '@nestjs/common';
import {
  type AccessBundle as BundleMessage,
  downloadAccessBundle,
  type DownloadAccessBundleRequest,
  Reply,
} from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PlanWork } from '../places/plan-work.js';
import { AccessBundle } from './access-bundle.js';
import { AccessDesk } from './access-desk.js';
import { type BundleLink, isCode, isUsable } from './bundle-link.js';
import { lockLink, noteWrongCode, useLink } from './bundle-link.table.js';

const NEVER = new AbortController().signal;

/** Gives a copy to whoever has both parts of its link, once. An unknown, used, ended or wrong one is answered alike. */
@Controller()
export class DownloadAccessBundle {
  constructor(
    private readonly control: ControlDatabase,
    private readonly bundle: AccessBundle,
    private readonly desk: AccessDesk,
    private readonly work: PlanWork,
  ) {}

  @Handles(downloadAccessBundle)
  async handle(
    { token, code }: DownloadAccessBundleRequest,
    { request, signal }: TenantContext,
  ): Promise<Reply<BundleMessage>> {
    const link = await this.#find(token, code);
    const job = this.work.contexts.of(link.tenantId, link.planId, 'the person', signal ?? NEVER);
    const ctx = { ...job, request: { ...job.request, clientIp: request.clientIp, userAgent: request.userAgent } };
    const { plan, places } = await this.desk.find(ctx, link.planId);
    const body = await this.bundle.open(ctx, plan, places);
    await this.#deliver(ctx, link.planId, token);
    return new Reply<AsyncIterable<Uint8Array>>(body, {
      headers: { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename="your-data.zip"' },
    }) as never;
  }

  /** A wrong code costs a try. @throws Fault `not-found` */
  async #find(token: string, code: string): Promise<BundleLink> {
    const now = this.work.clock.now();
    const found = await this.control.job('compliance_fetch').transaction(async (tx) => {
      const link = await lockLink(tx, token);
      if (!link || !isUsable(link, now)) return undefined;
      if (isCode(link, code)) return link;
      await noteWrongCode(tx, link);
      return undefined;
    });
    if (!found) throw new Fault('not-found');
    return found;
  }

  /** Uses the link up in the commit that says so: whoever dies before it has used nothing, and of two only one comes through. */
  async #deliver(ctx: TenantContext, planId: string, token: string): Promise<void> {
    const finishedAt = this.work.clock.now();
    await this.desk.change(ctx, planId, async ({ tx, plan, places }) => {
      if (!(await useLink(tx, token, finishedAt))) throw new Fault('not-found');
      return { plan: { ...plan, status: 'delivered', finishedAt }, places, tryAt: null };
    });
  }
}
