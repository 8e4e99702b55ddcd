import { Controller, Module } from '@nestjs/common';
import { Empty, operation } from '@tenantry/contracts';
import { defineService, Handles } from '@tenantry/messaging';

/** The operation that is called: no work of its own, so that only the way there and back counts. */
export const echo = operation({
  service: 'echo',
  name: 'Echo',
  scope: 'tenant',
  permission: 'echo.use',
  summary: 'Answers.',
  input: Empty,
  output: Empty,
  http: { method: 'POST', path: '/v1/echo', status: 200 },
});

/** The same subject space without any of the pipeline: a bare subscription answers it. */
export const bareEcho = { ...echo, name: 'BareEcho', subject: 'rpc.echo.bare.Echo' };

@Controller()
class EchoDesk {
  @Handles(echo)
  handle(): Promise<Empty> {
    return Promise.resolve(new Empty());
  }
}

@Module({ controllers: [EchoDesk] })
class EchoModule {}

@Module({})
class NothingModule {}

export const echoService = defineService({ name: 'echo', module: EchoModule });
export const callerService = defineService({ name: 'gateway', module: NothingModule });
