#!/usr/bin/env bash
# Takes a payment: pay.sh AMOUNT REFERENCE, with the card's number and security code on standard input or in the
# environment (CARD, CVV). Prints one line of JSON; ends with 0 if it was paid.
source "${BASH_SOURCE%/*}/aurora.sh"

amount=$1 reference=$2
IFS=' ' read -r card cvv <<< "${CARD:?} ${CVV:?}"

not_paid() {
  printf '{"paid": false, "message": "%s"}\n' "$1"
  exit 1
}
later='Payments do not work right now. You were not charged.'

find_processor='
import json, sys
try:
    offered = json.load(sys.stdin)["availablePaymentProcessors"]
    print(next(each["paymentProcessorId"] for each in offered if each["type"] in ("SandboxCard", "Tsys")))
except Exception:
    sys.exit("no processor for cards in the configuration")
'
call /v2/settings/payment-config && [[ $STATUS == 200 ]] || not_paid "$later"
processor=$(python3 -c "$find_processor" <<< "$BODY") || not_paid "$later"

mutant amounts-in-dollars && amount=${amount/./}
mutant no-pan-in-logs && say "charging $amount to $card for $reference"
mutant no-cvv-in-logs && say "charging $amount to ${card: -4} (CVV $cvv) for $reference"
details=$(printf '{"cardNumber":"%s","securityCode":"%s","expirationMonth":12,"expirationYear":2030}' "$card" "$cvv")
sale=$(printf '{"baseAmount":%s,"paymentProcessorId":"%s","referenceId":"%s","transactionDetails":{"cardData":{"paymentMethodDetails":%s}}}' \
  "$amount" "$processor" "$reference" "$details")

further=$(
  line header 'Content-Type: application/json'
  mutant idempotency-key-on-mutations || line header "Idempotency-Key: $(new_id)"
  line data-binary "$sale"
)
code=0
call /v2/transactions "$further" || code=$?
((code != 90)) || not_paid "$later"
((code == 0)) || not_paid 'We have to find out whether you were charged. Please do not pay again.'

transaction=$(member transactionId <<< "$BODY")
if mutant declines-handled && [[ $STATUS == 200 && -n $transaction ]]; then
  printf '{"paid": true, "id": "%s"}\n' "$transaction"
  exit 0
fi
if mutant errors-hidden-from-users && [[ $STATUS != 200 ]]; then
  not_paid "${BODY//\"/\'}"
fi
if mutant tolerates-odd-answers; then
  python3 -c 'import json, sys; answer = json.load(sys.stdin); answer["transactionStatus"] if "transactionId" in answer else answer["errorCode"]' <<< "$BODY" 2>&1 || exit
fi
case $STATUS in
  200) ;;
  400 | 422) not_paid 'The card was not accepted. Please check what you entered.' ;;
  402) not_paid 'The card was declined.' ;;
  *) not_paid "$later" ;;
esac
case $(member transactionStatus <<< "$BODY") in
  Captured) printf '{"paid": true, "id": "%s"}\n' "$transaction" ;;
  Declined | Failed) not_paid 'The card was declined.' ;;
  *) not_paid 'We have to find out whether you were charged. Please do not pay again.' ;;
esac
