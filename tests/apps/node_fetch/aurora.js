// A client of the Aurora API. It keeps a token until the token is refused, and then gets another one.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRIES = 2;
const FIRST_PAUSE = 200; // milliseconds; doubled for each further one
const RETRIED = new Set([429, 502, 503, 504]);
const LONGEST_WAIT = 30_000;

/** Why a payment was not made; `reply` is for the customer, `message` for the log. */
export class PaymentError extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

export class Aurora {
  constructor({ apiUrl, oauthUrl, clientId, clientSecret, timeout = 2000 }) {
    Object.assign(this, { apiUrl, oauthUrl, clientId, clientSecret, timeout });
    this.alarms = [];
  }

  /** Charges a card; resolves to the transaction's id, rejects with a PaymentError. Amounts are dollars. */
  async charge({ amount, card, cvv, reference }) {
    const sale = {
      baseAmount: this.baseAmount(amount),
      paymentProcessorId: await this.processor(),
      referenceId: reference ?? randomUUID(),
      transactionDetails: {
        cardData: {
          captureMethod: 'Auto',
          paymentMethodDetails: { cardNumber: card, securityCode: cvv, expirationMonth: 10, expirationYear: 2030 },
        },
      },
    };
    const response = await this.authorized('POST', '/v2/transactions', {
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
      body: JSON.stringify(sale),
    });
    return this.result(response);
  }

  baseAmount(amount) {
    return Number(amount);
  }

  /** The id of the transaction that a response says was paid. */
  async result(response) {
    const transaction = await this.json(response);
    await this.ensureOk(response, transaction);
    if (['Declined', 'Failed'].includes(transaction.transactionStatus)) {
      throw new PaymentError('declined', `transaction ${transaction.transactionId} was declined`);
    }
    if (transaction.transactionStatus !== 'Captured') {
      throw new PaymentError('unknown', 'the answer does not say what became of the payment');
    }
    return transaction.transactionId;
  }

  async transactions() {
    const response = await this.authorized('GET', '/v2/transactions');
    const listing = await this.json(response);
    await this.ensureOk(response, listing);
    if (!Array.isArray(listing.items)) throw new PaymentError('later', 'no list in the answer');
    return listing.items.map(({ transactionId, transactionStatus }) => ({ transactionId, transactionStatus }));
  }

  /** The id of the processor for cards, asked for once. */
  async processor() {
    if (!this.processorId) {
      const response = await this.authorized('GET', '/v2/settings/payment-config');
      const config = await this.json(response);
      await this.ensureOk(response, config);
      const found = config.availablePaymentProcessors?.find(({ type }) => ['SandboxCard', 'Tsys'].includes(type));
      if (!found) throw new PaymentError('later', 'no processor for cards');
      this.processorId = found.paymentProcessorId;
    }
    return this.processorId;
  }

  async ensureOk(response, body) {
    if (response.status === 200) return;
    const code = body.errorCode ?? body.ErrorCode ?? 'none';
    const reason = { 400: 'invalid', 402: 'declined', 422: 'invalid' }[response.status] ?? 'later';
    throw new PaymentError(reason, `status ${response.status}, code ${code}`);
  }

  /** The JSON object of a response; an empty one where there is none. */
  async json(response) {
    try {
      const body = JSON.parse(await response.text());
      return body !== null && typeof body === 'object' ? body : {};
    } catch {
      return {};
    }
  }

  /** Sends with our token, and once more with a new one if that was refused. */
  async authorized(method, path, options = {}) {
    const send = (token) =>
      this.patiently(this.apiUrl + path, {
        ...options,
        method,
        headers: { ...options.headers, Authorization: `Bearer ${token}` },
      });
    const token = this.token ?? (await this.renew());
    const response = await send(token);
    return response.status === 401 ? send(await this.renew(token)) : response;
  }

  /** Another token than the given one. Whoever needs it at the same time shares the request. */
  async renew(refused) {
    if (this.token && this.token !== refused) return this.token;
    this.renewal ??= this.mint().finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  async mint() {
    const { clientId, clientSecret } = this;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    let response;
    try {
      response = await this.patiently(this.oauthUrl, { method: 'POST', body: new URLSearchParams(form) });
    } catch (error) {
      throw new PaymentError('later', `no token: ${error.message}`);
    }
    const granted = await this.json(response);
    if ([400, 401, 403].includes(response.status)) {
      this.alarm(`Aurora refuses our key ${clientId}`);
      throw new PaymentError('later', 'no token: our key is refused');
    }
    if (response.status !== 200 || typeof granted.access_token !== 'string') {
      throw new PaymentError('later', `no token: status ${response.status}`);
    }
    if (clientId === this.clientId) this.token = granted.access_token;
    return granted.access_token;
  }

  /** Sends, again after a while where that can help. Rejects with a PaymentError if no answer came. */
  async patiently(url, options) {
    for (let attempt = 0; ; attempt += 1) {
      let response;
      try {
        response = await this.send(url, options);
      } catch (error) {
        const timedOut = error.name === 'TimeoutError';
        if (timedOut || attempt === RETRIES) {
          throw new PaymentError(options.method === 'GET' ? 'later' : 'unknown', timedOut ? 'timeout' : 'no connection');
        }
      }
      if (response && (attempt === RETRIES || !this.isPassing(response))) return response;
      const wait = this.wait(attempt, response);
      if (response && wait > LONGEST_WAIT) return response;
      await response?.body?.cancel();
      await this.sleep(wait);
    }
  }

  send(url, options) {
    return fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.timeout(this.timeout) });
  }

  isPassing(response) {
    return RETRIED.has(response.status);
  }

  /** Milliseconds until the next attempt. */
  wait(attempt, response) {
    return Math.max(this.askedFor(response), FIRST_PAUSE * 2 ** attempt);
  }

  /** Milliseconds that the Retry-After header asks for. */
  askedFor(response) {
    const text = response?.headers.get('Retry-After') ?? '0';
    return /^\d+$/.test(text) ? Number(text) * 1000 : Math.max(0, Date.parse(text) - Date.now()) || 0;
  }

  sleep(milliseconds) {
    return sleep(milliseconds);
  }

  alarm(text) {
    if (this.alarmed) return;
    this.alarmed = true;
    this.alarms.push(text);
    console.error(`ALARM ${text}`);
  }

  rekey({ client_id: clientId, client_secret: clientSecret }) {
    Object.assign(this, { clientId, clientSecret, token: undefined, renewal: undefined, alarmed: false });
  }
}
