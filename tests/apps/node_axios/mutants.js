'use strict';

// The faults that the lab must find, as they are made with axios and express.

const { randomUUID } = require('node:crypto');
const express = require('express');
const { exponentialDelay, isNetworkError } = require('axios-retry');
const { Aurora } = require('./aurora');
const { NoTokenError, Tokens } = require('./tokens');
const { Webhooks } = require('./webhooks');

const right = {
  aurora: Object.fromEntries(Object.getOwnPropertyNames(Aurora.prototype).map((name) => [name, Aurora.prototype[name]])),
  ask: Tokens.prototype.ask,
};
const put = (owner, members) => Object.assign(owner.prototype, members);
const retries = (changes) => () =>
  put(Aurora, {
    retries() {
      return { ...right.aurora.retries.call(this), ...changes };
    },
  });

const FAULTS = {
  'recovers-from-401': () =>
    put(Aurora, {
      async renewOnce(error) {
        throw error;
      },
    }),

  // Each request asks whether the token has expired, and each of them renews it.
  'single-flight': () =>
    put(Tokens, {
      async get() {
        if (!this.current || this.current.expired(this.margin(this.current))) await this.fetch(this.client);
        return this.current.token.access_token;
      },
    }),

  // The mark that it was renewed is lost on the way.
  'no-401-loop': () =>
    put(Aurora, {
      async renewOnce(error) {
        const { config, response } = error;
        if (response?.status !== 401) throw error;
        this.tokens.drop(config.headers.Authorization.slice('Bearer '.length));
        return this.http.request(config);
      },
    }),

  // The client was made once and for all.
  'app-recovers-with-new-key': () => {
    const { rekey } = Tokens.prototype;
    put(Tokens, {
      rekey(id, secret) {
        if (!this.client) rekey.call(this, id, secret);
        this.id = id;
      },
    });
  },

  'app-raises-alarm': () => {
    put(Tokens, { alarm() {} });
    put(Aurora, { log() {} });
  },

  'amounts-in-dollars': () =>
    put(Aurora, {
      baseAmount(amount) {
        return Math.round(Number(amount) * 100);
      },
    }),

  // The request interceptor runs for each attempt.
  'idempotency-key-reused': () =>
    put(Aurora, {
      async addToken(config) {
        if (config.method === 'post') config.headers['Idempotency-Key'] = randomUUID();
        return right.aurora.addToken.call(this, config);
      },
    }),

  'idempotency-key-on-mutations': () =>
    put(Aurora, {
      headers() {
        return {};
      },
    }),

  'times-out': () =>
    put(Aurora, {
      options() {
        return { maxRedirects: 0 }; // axios waits for ever by default
      },
    }),

  'backs-off': retries({ retries: 12, retryDelay: (count, error) => (error.response?.headers['retry-after'] ?? 0) * 1000 }),

  'honours-retry-after': retries({ retryDelay: (count) => exponentialDelay(count) }),

  'no-retry-on-client-error': retries({
    retryCondition: (error) => isNetworkError(error) || (error.response && error.response.status !== 401),
  }),

  'declines-handled': () =>
    put(Aurora, {
      outcome({ transactionId }) {
        return transactionId ? { paid: true, id: transactionId } : { paid: false, reason: 'unknown' };
      },
    }),

  'errors-hidden-from-users': (settings) => {
    const { reply } = settings;
    settings.reply = (result) =>
      result.error?.response ? [502, JSON.stringify(result.error.response.data)] : reply(result);
  },

  // An async handler that throws: express 4 does not notice, and the process ends.
  'tolerates-odd-answers': () =>
    put(Aurora, {
      async charge(order) {
        let answer;
        try {
          answer = await this.http.post('/v2/transactions', await this.sale(order), { headers: this.headers(order) });
        } catch (error) {
          if (!error.response) return { paid: false, reason: this.reason(error) };
          if (error.response.status !== 401) console.warn('refused:', error.response.data.errorCode.toString());
          return { paid: false, reason: this.reason(error) };
        }
        return this.outcome({ transactionStatus: answer.data.transactionStatus.trim(), ...answer.data });
      },
    }),

  // The answer to a question that is often asked: how to keep the header on a redirect.
  'no-credentials-on-redirect': () =>
    put(Aurora, {
      options() {
        return {
          timeout: 2000,
          beforeRedirect: (options, response, { headers }) => {
            options.headers.Authorization = headers.Authorization;
          },
        };
      },
    }),

  'no-credentials-on-redirect-2': () =>
    put(Tokens, {
      httpOptions() {
        return { timeout: 2000, redirects: 3, redirect307: true, redirectMethod: 'POST' };
      },
    }),

  'token-not-exposed': () =>
    put(Aurora, {
      log(what, error) {
        console.error(what, error.code, error.config?.headers?.toJSON());
      },
    }),

  // An error of axios holds the whole request.
  'no-pan-in-logs': () =>
    put(Aurora, {
      log(what, error) {
        console.error(what, error.message, error.config?.data);
      },
    }),

  'raw-body-used': (settings) => {
    settings.bodies = [
      express.json(),
      (request, response, next) => {
        request.body = JSON.stringify(request.body);
        next();
      },
    ];
  },

  'signature-verified': () =>
    put(Webhooks, {
      genuine({ id, timestamp }) {
        return Boolean(id) && this.recent(timestamp);
      },
    }),

  // Milliseconds and seconds: everything is in the past, and nothing is too old.
  'replay-refused': () =>
    put(Webhooks, {
      recent(timestamp) {
        return Number(timestamp) - Date.now() <= 300;
      },
    }),

  'duplicates-harmless': () =>
    put(Webhooks, {
      first() {
        return true;
      },
    }),

  'survives-token-outage': () =>
    put(Tokens, {
      async ask(client) {
        if (this.down) throw new NoTokenError('the token service is down');
        try {
          return await right.ask.call(this, client);
        } catch (error) {
          this.down = true;
          throw error;
        }
      },
    }),
};

/** Puts the fault of that name in place; none if there is no name. */
function apply(name, settings) {
  if (!name) return;
  if (!FAULTS[name]) throw new Error(`there is no fault ${name}`);
  FAULTS[name](settings);
}

module.exports = { apply };
