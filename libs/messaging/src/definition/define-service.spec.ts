import { Module } from '@nestjs/common';
import { defineService } from './define-service.js';

@Module({})
class EmptyModule {}

describe('defineService', () => {
  it('has whoever watches revocations watch what stops agents too', () => {
    const { watches } = defineService({ name: 'shop', module: EmptyModule, watches: ['tenants', 'revocations'] });
    expect(watches).toEqual(['tenants', 'revocations', 'agent_stops', 'agent_revocations']);
  });

  it('adds nothing for a service that asks nobody for a credential', () => {
    expect(defineService({ name: 'shop', module: EmptyModule, watches: ['tenants'] }).watches).toEqual(['tenants']);
  });
});
