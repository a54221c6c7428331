'use strict';

// The service's routes.

const express = require('express');
const mutants = require('./mutants');
const { Aurora } = require('./aurora');
const { Tokens } = require('./tokens');
const { Webhooks } = require('./webhooks');

const REPLIES = {
  declined: [402, 'The card was declined. You can try another one.'],
  invalid: [402, 'The payment was not accepted. Please check the card details.'],
  later: [503, 'Payments are closed for a moment. Nothing was charged.'],
  unknown: [502, 'We have to check whether you were charged. Please wait for our mail.'],
};

const settings = { bodies: express.raw({ type: () => true }), reply: ({ reason }) => REPLIES[reason] };
mutants.apply(process.env.MUTANT, settings);

const { AURORA_API_URL, AURORA_OAUTH_URL, AURORA_CLIENT_ID, AURORA_CLIENT_SECRET, AURORA_WEBHOOK_SECRET } = process.env;
const tokens = new Tokens(AURORA_OAUTH_URL, AURORA_CLIENT_ID, AURORA_CLIENT_SECRET);
const aurora = new Aurora(AURORA_API_URL, tokens);
const webhooks = new Webhooks(AURORA_WEBHOOK_SECRET);

const app = express();
app.disable('x-powered-by');
// Before any body parser: what is signed are the bytes.
app.post('/aurora/webhooks', settings.bodies, (request, response) => webhooks.receive(request, response));
app.use(express.json());

app.get('/healthz', (request, response) => response.json({}));

app.post('/pay', async (request, response) => {
  const result = await aurora.charge(request.body);
  if (result.paid) return response.json({ paid: true, id: result.id });
  const [status, message] = settings.reply(result);
  return response.status(status).json({ paid: false, message });
});

app.get('/transactions', async (request, response) => {
  try {
    response.json(await aurora.transactions());
  } catch (error) {
    aurora.log('transactions', error);
    response.status(502).json({ message: 'The transactions are not available for a moment.' });
  }
});

app.post('/rekey', (request, response) => {
  tokens.rekey(request.body.client_id, request.body.client_secret);
  response.json({});
});

app.get('/orders/effects', (request, response) => response.json({ count: webhooks.effects }));
app.get('/alarms', (request, response) => response.json({ alarms: tokens.alarms }));

app.listen(Number(process.env.PORT), '127.0.0.1');
