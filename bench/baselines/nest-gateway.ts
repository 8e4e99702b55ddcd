import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  Inject,
  Module,
  Param,
  Post,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientsModule, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nkeyAuthenticator } from '@nats-io/transport-node';
import { firstValueFrom } from 'rxjs';
import { verifierOf } from './access-token.js';
import type { Item } from './items.js';

/** The usual NestJS gateway: on Fastify, a guard that verifies the token by `jose`, a controller, ClientNats. */
const verify = await verifierOf(process.env.BENCH_JWK!);

interface Call {
  headers: { authorization?: string };
  tenantId: string;
}

class TokenGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Call>();
    request.tenantId = await verify(request.headers.authorization);
    return true;
  }
}

@Controller('items')
@UseGuards(TokenGuard)
class Items {
  constructor(@Inject('items') private readonly client: ClientProxy) {}

  @Get(':id')
  read(@Req() { tenantId }: Call, @Param('id') id: string): Promise<Item> {
    return firstValueFrom(this.client.send<Item>('items.read', { tenantId, id }));
  }

  @Get()
  list(@Req() { tenantId }: Call): Promise<Item[]> {
    return firstValueFrom(this.client.send<Item[]>('items.list', { tenantId }));
  }

  @Post()
  write(@Req() { tenantId }: Call, @Body() item: Item): Promise<Item> {
    return firstValueFrom(this.client.send<Item>('items.write', { tenantId, item }));
  }
}

const authenticator = nkeyAuthenticator(new TextEncoder().encode(process.env.BENCH_NKEY));
const options = { servers: [process.env.NATS_URL!], authenticator };

@Module({
  imports: [ClientsModule.register([{ name: 'items', transport: Transport.NATS, options }])],
  controllers: [Items],
})
class Gateway {}

const app = await NestFactory.create<NestFastifyApplication>(Gateway, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
