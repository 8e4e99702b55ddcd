import { Dice } from './dice.js';
import { faults } from './faults.js';
import { shake } from './run.js';
import { System } from './system.js';

const SEED = 1;

describe('two replicas of every service on a cluster of three nats-servers', () => {
  it('lose nothing that was accepted when a replica is killed, or a nats-server, and go on meanwhile', async () => {
    await using system = await System.open({ replicas: 2, natsNodes: 3 });
    const wanted = faults.filter(({ name }) => name === 'replica' || name === 'nats-node');
    const { problems, shaken, rows, entries } = await shake(system, wanted, new Dice(SEED));
    expect(problems).toEqual([]);
    expect(shaken.map(({ fault }) => fault)).toEqual(['replica', 'nats-node']);
    expect(shaken[0]!.counts.accepted).toBeGreaterThan(0); // by the other one
    expect(rows).toBeGreaterThan(0);
    expect(entries).toBeGreaterThanOrEqual(rows);
  });
});
