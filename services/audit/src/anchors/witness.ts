import { Injectable } from '@nestjs/common';
import { consistencyRanges, cosignatureOf, parseWitness } from '@tenantry/audit-proofs';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { OutboundError, OutboundHttp, type OutboundResponse } from '@tenantry/service';
import { noteOf, type SignedRoot } from '../proofs/checkpoint.js';
import { readRoots } from '../proofs/stored-tree.js';
import { readHashes } from '../proofs/subtree.table.js';
import { AnchorRefused, type AnchorPlace } from './anchor-place.js';
import { insertCosignature, type DueAnchor } from './anchor.table.js';

const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
const SIZE = /^(0|[1-9]\d{0,14})\n?$/;
const SIGNATURE_LINES = /^\u2014 .*\n/gm;

/** What the answers of a witness mean (C2SP tlog-witness), for the tenant that chose it. */
const MEANINGS: Readonly<Record<number, string>> = {
  403: 'it does not trust the key of this log',
  404: 'it does not know this log',
};

/**
 * A witness: somebody else who signs that the log only grew (C2SP tlog-witness, add-checkpoint). The tenant chose it, so what it says
 * against the log is told to the tenant, and raises no alarm with the operator: it may lie.
 */
@Injectable()
export class Witness implements AnchorPlace {
  readonly everyMs = HOUR_MS;
  private readonly job: Job;

  constructor(
    private readonly outbound: OutboundHttp,
    control: ControlDatabase,
  ) {
    this.job = control.job('audit_anchorer');
  }

  async keep(due: DueAnchor): Promise<(tx: Transaction) => Promise<void>> {
    const { newest } = due;
    let answer = await this.submit(due, due.anchoredSize);
    const seen = answer.status === 409 ? SIZE.exec(textOf(answer))?.[1] : undefined;
    if (seen !== undefined && Number(seen) !== due.anchoredSize) {
      if (Number(seen) > newest.size) {
        throw new AnchorRefused(`The witness has seen ${seen} entries of the log, which has ${newest.size}`);
      }
      answer = await this.submit(due, Number(seen));
    }
    if (answer.status === 422 || answer.status === 409) {
      throw new AnchorRefused('The witness has seen another log than this one');
    }
    if (answer.status !== 200) throw refusal(answer.status);
    return accept(due, textOf(answer));
  }

  private async submit(due: DueAnchor, from: number): Promise<OutboundResponse> {
    const body = `old ${from}\n${await this.proof(due.newest, from)}\n${noteOf(due.newest)}`;
    const url = `${due.witnessUrl!.replace(/\/+$/, '')}/add-checkpoint`;
    try {
      const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, maxRedirects: 0 };
      return await this.outbound.request(url, {
        ...{ method: 'POST', body, headers: { 'content-type': 'text/plain; charset=utf-8' } },
        ...limits,
      });
    } catch (error) {
      if (error instanceof OutboundError) throw new AnchorRefused(error.message);
      throw error;
    }
  }

  /** The consistency proof from what the witness has seen, a line for each hash; empty for nothing or the same. */
  private async proof({ tenantId, size }: SignedRoot, from: number): Promise<string> {
    if (from === 0) return '';
    const hashes = await readRoots(tenantId, consistencyRanges(from, size), readHashes(this.job));
    return hashes.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  }
}

/** @throws AnchorRefused unless the witness signed this very checkpoint with the key that the tenant named */
function accept({ newest, witnessKey }: DueAnchor, body: string): (tx: Transaction) => Promise<void> {
  const witness = parseWitness(witnessKey!);
  const lines = body.match(SIGNATURE_LINES)?.join('') ?? '';
  const cosignature = cosignatureIn(`${noteOf(newest)}${lines}`, witness);
  if (!cosignature) throw new AnchorRefused('The witness answered without a valid signature of its key');
  const { line, at } = cosignature;
  return (tx) => insertCosignature(tx, { size: newest.size, witness: witness.name, line, signedAt: at });
}

function cosignatureIn(...given: Parameters<typeof cosignatureOf>): ReturnType<typeof cosignatureOf> {
  try {
    return cosignatureOf(...given);
  } catch (error) {
    if (error instanceof TypeError) return null; // no note, with what the witness sent
    throw error;
  }
}

const textOf = ({ body }: OutboundResponse): string => Buffer.from(body).toString();

function refusal(status: number): AnchorRefused {
  return new AnchorRefused(`The witness answered ${status}${MEANINGS[status] ? `: ${MEANINGS[status]}` : ''}`);
}
