'use strict';

// Access tokens by simple-oauth2: renewed in time, by one request for all who wait.

const { ClientCredentials } = require('simple-oauth2');

const MARGIN = 60; // seconds before its end at which a token is renewed, but at most half of its lifetime
const PAUSES = [200, 400]; // milliseconds
const PASSING = [429, 502, 503, 504];

class NoTokenError extends Error {}

class Tokens {
  constructor(oauthUrl, id, secret) {
    this.url = new URL(oauthUrl);
    this.alarms = [];
    this.rekey(id, secret);
  }

  rekey(id, secret) {
    this.id = id;
    this.refused = false;
    this.client = new ClientCredentials({
      client: { id, secret },
      auth: { tokenHost: this.url.origin, tokenPath: this.url.pathname },
      options: { authorizationMethod: 'body' },
      http: this.httpOptions(),
    });
    this.current = undefined;
    this.pending = undefined;
  }

  httpOptions() {
    return { timeout: 2000 };
  }

  /** A token that is good for a while. */
  async get() {
    if (this.current && !this.current.expired(this.margin(this.current))) return this.current.token.access_token;
    if (!this.pending) {
      const pending = this.fetch(this.client).finally(() => {
        if (this.pending === pending) this.pending = undefined;
      });
      this.pending = pending;
    }
    return this.pending;
  }

  margin({ token }) {
    return Math.min(MARGIN, token.expires_in / 2);
  }

  drop(token) {
    if (this.current?.token.access_token === token) this.current = undefined;
  }

  async fetch(client) {
    const granted = await this.ask(client);
    if (!granted.token.access_token) throw new NoTokenError('no token in the answer');
    if (client === this.client) this.current = granted;
    return granted.token.access_token;
  }

  async ask(client) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await client.getToken({});
      } catch (error) {
        const status = error.output?.statusCode;
        if ([400, 401, 403].includes(status)) this.alarm();
        if (!PASSING.includes(status) || attempt === PAUSES.length) throw new NoTokenError(`no token: ${status}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]));
    }
  }

  alarm() {
    if (this.refused) return;
    this.refused = true;
    const text = `the key ${this.id} is refused, no payment is possible`;
    this.alarms.push(text);
    console.error(`ALARM ${text}`);
  }
}

module.exports = { NoTokenError, Tokens };
