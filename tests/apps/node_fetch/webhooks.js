// Aurora's webhooks: which are genuine, and which are new.

import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE = 300; // seconds

export class Webhooks {
  constructor(secret) {
    this.secret = secret;
    this.seen = new Set();
  }

  /** Takes a webhook, `body` being the bytes as they came; returns the status to answer with. */
  receive(headers, body) {
    const id = headers['flute-webhook-id'];
    const timestamp = headers['flute-webhook-timestamp'];
    const signature = headers['flute-webhook-signature'];
    if (!id || !timestamp || !signature) return 400;
    if (!this.isRecent(timestamp) || !this.matches(signature, this.sign(id, timestamp, body))) return 401;
    try {
      JSON.parse(body.toString());
    } catch {
      return 400;
    }
    this.take(id);
    return 200;
  }

  isRecent(timestamp) {
    return /^\d+$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE;
  }

  sign(id, timestamp, body) {
    const hmac = createHmac('sha256', this.secret).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  }

  matches(given, expected) {
    const [one, other] = [Buffer.from(given), Buffer.from(expected)];
    return one.length === other.length && timingSafeEqual(one, other);
  }

  take(id) {
    this.seen.add(id);
  }

  get effects() {
    return this.seen.size;
  }
}
