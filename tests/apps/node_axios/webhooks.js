'use strict';

const { createHmac, timingSafeEqual } = require('node:crypto');

class Webhooks {
  constructor(secret) {
    this.secret = secret;
    this.handled = new Map();
    this.effects = 0;
  }

  /** An express handler; request.body must be the bytes as they came. */
  receive(request, response) {
    const [id, timestamp, signature] = ['ID', 'Timestamp', 'Signature'].map((name) => request.get(`Flute-Webhook-${name}`));
    if (!this.genuine({ id, timestamp, signature }, request.body)) return response.sendStatus(401);
    let event;
    try {
      event = JSON.parse(request.body);
    } catch {
      return response.sendStatus(400);
    }
    if (this.first(id, event)) this.effects += 1;
    return response.sendStatus(200);
  }

  genuine({ id, timestamp, signature }, body) {
    if (!id || !signature || !this.recent(timestamp)) return false;
    const expected = createHmac('sha256', this.secret).update(`${id}.${timestamp}.`).update(body).digest();
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  recent(timestamp) {
    return Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
  }

  first(id) {
    const first = !this.handled.has(id);
    this.handled.set(id, Date.now());
    return first;
  }
}

module.exports = { Webhooks };
