// The service: payments, webhooks, and what the people on duty need.

import { createServer } from 'node:http';

import { Aurora, PaymentError } from './aurora.js';
import { apply } from './mutants.js';
import { Webhooks } from './webhooks.js';

const REPLIES = {
  declined: [402, 'Your card was declined. Please try another one.'],
  invalid: [402, 'Something is wrong with your card details. Please check them.'],
  later: [503, 'We cannot take payments at the moment. You have not been charged.'],
  unknown: [502, 'Your payment is being checked. Please do not try again before you hear from us.'],
};

export class Service {
  constructor(env) {
    this.aurora = new Aurora({
      apiUrl: env.AURORA_API_URL,
      oauthUrl: env.AURORA_OAUTH_URL,
      clientId: env.AURORA_CLIENT_ID,
      clientSecret: env.AURORA_CLIENT_SECRET,
    });
    this.webhooks = new Webhooks(env.AURORA_WEBHOOK_SECRET);
  }

  async handle(request, body) {
    switch (`${request.method} ${request.url}`) {
      case 'GET /healthz':
        return [200, {}];
      case 'POST /pay':
        return this.pay(JSON.parse(body));
      case 'GET /transactions':
        return this.transactions();
      case 'POST /rekey':
        this.aurora.rekey(JSON.parse(body));
        return [200, {}];
      case 'POST /aurora/webhooks':
        return [this.webhooks.receive(request.headers, body), {}];
      case 'GET /orders/effects':
        return [200, { count: this.webhooks.effects }];
      case 'GET /alarms':
        return [200, { alarms: this.aurora.alarms }];
      default:
        return [404, {}];
    }
  }

  async pay(order) {
    try {
      const id = await this.aurora.charge(order);
      console.log(`paid: ${order.reference} by transaction ${id}`);
      return [200, { paid: true, id }];
    } catch (error) {
      console.warn(`not paid: ${order.reference}: ${error.message}`);
      return this.excuse(error);
    }
  }

  excuse(error) {
    const [status, message] = REPLIES[error instanceof PaymentError ? error.reason : 'unknown'];
    return [status, { paid: false, message }];
  }

  async transactions() {
    try {
      return [200, await this.aurora.transactions()];
    } catch (error) {
      console.warn(`no transactions: ${error.message}`);
      return [502, { message: 'The transactions cannot be shown at the moment.' }];
    }
  }
}

apply(process.env.MUTANT, Service);
const service = new Service(process.env);
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [status, answer] = await service.handle(request, Buffer.concat(chunks));
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
}).listen(Number(process.env.PORT), '127.0.0.1');
