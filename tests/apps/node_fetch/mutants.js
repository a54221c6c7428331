// The faults that the lab must find, as they are made with fetch. Each takes the place of the right code.

import { randomUUID } from 'node:crypto';

import { Aurora, PaymentError } from './aurora.js';
import { Webhooks } from './webhooks.js';

const original = Object.fromEntries(
  Object.getOwnPropertyNames(Aurora.prototype).map((name) => [name, Aurora.prototype[name]]),
);

const put = (owner, members) => Object.assign(owner.prototype, members);

const FAULTS = {
  // Nobody thought of tokens that end.
  'never-sends-expired-token': () =>
    put(Aurora, {
      async authorized(method, path, options = {}) {
        this.token ??= await this.mint();
        const headers = { ...options.headers, Authorization: `Bearer ${this.token}` };
        return this.patiently(this.apiUrl + path, { ...options, method, headers });
      },
    }),

  // There is a check, but the first await comes before anything is noted.
  'single-flight': () =>
    put(Aurora, {
      async renew(refused) {
        if (this.token && this.token !== refused) return this.token;
        const token = await this.mint();
        this.token = token;
        return token;
      },
    }),

  // The rejected promise is kept, and everybody gets it from then on.
  'survives-token-outage': () =>
    put(Aurora, {
      async renew(refused) {
        if (this.token && this.token !== refused) return this.token;
        this.renewal ??= this.mint().then((token) => {
          this.renewal = undefined;
          return token;
        });
        return this.renewal;
      },
    }),

  'no-401-loop': () =>
    put(Aurora, {
      async authorized(method, path, options) {
        for (;;) {
          const response = await original.authorized.call(this, method, path, options);
          if (response.status !== 401) return response;
        }
      },
    }),

  'app-stops-cleanly': () =>
    put(Aurora, {
      async mint() {
        try {
          return await original.mint.call(this);
        } catch (error) {
          setTimeout(() => this.renew(this.token).catch(() => {}), 0); // until there is one
          throw error;
        }
      },
    }),

  // An error in a promise that nobody waits for ends the process.
  'app-stops-cleanly-2': () =>
    put(Aurora, {
      alarm(text) {
        original.alarm.call(this, text);
        Promise.reject(new Error(text));
      },
    }),

  'app-recovers-with-new-key': () =>
    put(Aurora, {
      rekey({ client_id: clientId }) {
        this.clientId = clientId; // and the secret?
        this.token = undefined;
      },
    }),

  'amounts-in-dollars': () =>
    put(Aurora, {
      baseAmount(amount) {
        return Math.round(amount * 100);
      },
    }),

  'idempotency-key-reused': () =>
    put(Aurora, {
      send(url, options) {
        const key = options.headers?.['Idempotency-Key'] ? { 'Idempotency-Key': randomUUID() } : {};
        return original.send.call(this, url, { ...options, headers: { ...options.headers, ...key } });
      },
    }),

  'times-out': () =>
    put(Aurora, {
      send(url, options) {
        return fetch(url, { ...options, redirect: 'manual' });
      },
    }),

  // The await is missing.
  'backs-off': () =>
    put(Aurora, {
      async sleep(milliseconds) {
        if (milliseconds % 1000 === 0) return original.sleep.call(this, milliseconds);
        original.sleep.call(this, milliseconds);
      },
    }),

  'honours-retry-after': () =>
    put(Aurora, {
      askedFor(response) {
        return Number(response?.headers.get('Retry-After') ?? 0); // seconds, taken for milliseconds
      },
    }),

  'no-retry-on-client-error': () =>
    put(Aurora, {
      isPassing(response) {
        return !response.ok && response.status !== 401;
      },
    }),

  'no-credentials-on-redirect': () =>
    put(Aurora, {
      async send(url, options) {
        const response = await original.send.call(this, url, options);
        const location = response.headers.get('Location');
        return location ? original.send.call(this, location, options) : response;
      },
    }),

  // fetch follows by itself, and sends the form with the secret along.
  'no-credentials-on-redirect-2': () =>
    put(Aurora, {
      send(url, options) {
        return fetch(url, { ...options, signal: AbortSignal.timeout(this.timeout) });
      },
    }),

  'declines-handled': () =>
    put(Aurora, {
      async result(response) {
        const transaction = await this.json(response);
        await this.ensureOk(response, transaction);
        if (!transaction.transactionId) throw new PaymentError('unknown', 'no transaction');
        return transaction.transactionId;
      },
    }),

  'tolerates-odd-answers': (Service) => {
    put(Aurora, {
      async json(response) {
        return response.status === 401 ? {} : response.json();
      },
    });
    put(Service, {
      async pay(order) {
        try {
          return [200, { paid: true, id: await this.aurora.charge(order) }];
        } catch (error) {
          if (!(error instanceof PaymentError)) throw error;
          console.warn(`not paid: ${order.reference}: ${error.message}`);
          return this.excuse(error);
        }
      },
    });
  },

  'errors-hidden-from-users': (Service) => {
    put(Aurora, {
      async ensureOk(response, body) {
        if (response.status !== 200) throw new PaymentError('later', JSON.stringify(body));
      },
    });
    put(Service, {
      excuse(error) {
        return [error.reason === 'declined' ? 402 : 502, { paid: false, message: error.message }];
      },
    });
  },

  'token-not-exposed': () =>
    put(Aurora, {
      send(url, options) {
        console.log(options.method, url, options.headers);
        return original.send.call(this, url, options);
      },
    }),

  'no-pan-in-logs': () =>
    put(Aurora, {
      charge(order) {
        const { cvv, ...loggable } = order;
        console.log('order', loggable);
        return original.charge.call(this, order);
      },
    }),

  'raw-body-used': () => {
    const { sign } = Webhooks.prototype;
    put(Webhooks, {
      sign(id, timestamp, body) {
        try {
          return sign.call(this, id, timestamp, JSON.stringify(JSON.parse(body.toString())));
        } catch {
          return '';
        }
      },
    });
  },

  // Only the scheme is looked at; the rest was to follow.
  'signature-verified': () =>
    put(Webhooks, {
      matches(given, expected) {
        return expected.startsWith(given.slice(0, 3));
      },
    }),

  'duplicates-harmless': () => {
    let count = 0;
    put(Webhooks, {
      take() {
        count += 1;
      },
    });
    Object.defineProperty(Webhooks.prototype, 'effects', { get: () => count });
  },
};

/** Puts the fault of that name in place; none if there is no name. */
export function apply(name, Service) {
  if (!name) return;
  if (!FAULTS[name]) throw new Error(`there is no fault ${name}`);
  FAULTS[name](Service);
}
