'use strict';

// Payments with Aurora by axios, with axios-retry and interceptors for the token.

const { randomUUID } = require('node:crypto');
const axios = require('axios');
const { default: axiosRetry, exponentialDelay, isNetworkError } = require('axios-retry');
const { NoTokenError } = require('./tokens');

const PASSING = [429, 502, 503, 504];

class Aurora {
  constructor(baseURL, tokens) {
    this.tokens = tokens;
    this.http = axios.create({ baseURL, ...this.options() });
    this.http.interceptors.request.use((config) => this.addToken(config));
    axiosRetry(this.http, this.retries());
    this.http.interceptors.response.use(undefined, (error) => this.renewOnce(error));
  }

  options() {
    return { timeout: 2000, maxRedirects: 0 };
  }

  retries() {
    return {
      retries: 2,
      retryDelay: exponentialDelay,
      retryCondition: (error) => isNetworkError(error) || PASSING.includes(error.response?.status),
      shouldResetTimeout: true,
    };
  }

  async addToken(config) {
    config.headers.Authorization = `Bearer ${await this.tokens.get()}`;
    return config;
  }

  async renewOnce(error) {
    const { config, response } = error;
    if (response?.status !== 401 || config.renewed) throw error;
    this.tokens.drop(config.headers.Authorization.slice('Bearer '.length));
    return this.http.request({ ...config, renewed: true });
  }

  /** What becomes of an order: { paid, id } or { paid: false, reason }. Amounts are dollars. */
  async charge(order) {
    try {
      const { data } = await this.http.post('/v2/transactions', await this.sale(order), { headers: this.headers(order) });
      return this.outcome(data ?? {});
    } catch (error) {
      this.log('sale', error);
      return { paid: false, reason: this.reason(error), error };
    }
  }

  async sale({ amount, card, cvv, reference }) {
    return {
      baseAmount: this.baseAmount(amount),
      currencyCode: 'USD',
      paymentProcessorId: await this.processor(),
      referenceId: reference || randomUUID(),
      transactionDetails: {
        cardData: {
          paymentMethodDetails: { cardNumber: card, securityCode: cvv, expirationMonth: 9, expirationYear: 2031 },
        },
      },
    };
  }

  headers() {
    return { 'Idempotency-Key': randomUUID() };
  }

  baseAmount(amount) {
    return Number.parseFloat(amount);
  }

  outcome({ transactionStatus, transactionId }) {
    if (transactionStatus === 'Captured') return { paid: true, id: transactionId };
    return { paid: false, reason: ['Declined', 'Failed'].includes(transactionStatus) ? 'declined' : 'unknown' };
  }

  reason(error) {
    const status = error.response?.status;
    if (status === 402) return 'declined';
    if (status === 400 || status === 422) return 'invalid';
    if (status || error instanceof NoTokenError || error.config?.method !== 'post') return 'later';
    return 'unknown';
  }

  log(what, error) {
    const code = error.response?.data?.errorCode ?? error.response?.data?.ErrorCode;
    console.warn(`${what}: ${error.code ?? error.message} ${error.response?.status ?? ''} ${code ?? ''}`);
  }

  async processor() {
    if (!this.processorId) {
      const { data } = await this.http.get('/v2/settings/payment-config');
      const found = data?.availablePaymentProcessors?.find(({ type }) => type === 'SandboxCard' || type === 'Tsys');
      if (!found) throw new NoTokenError('no processor for cards');
      this.processorId = found.paymentProcessorId;
    }
    return this.processorId;
  }

  async transactions() {
    const { data } = await this.http.get('/v2/transactions');
    return data.items.map(({ transactionId, processedAmount }) => ({ transactionId, processedAmount }));
  }
}

module.exports = { Aurora };
