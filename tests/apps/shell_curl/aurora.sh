# Calls to Aurora by curl; for the scripts beside it. Each run gets a token of its own.
# MUTANT puts in one of the faults that the lab must find.
set -euo pipefail

readonly pauses=(0.3 0.9 end) # so far apart that starting curl on a busy machine does not level them
STATUS= BODY= RETRY_AFTER=

mutant() { [[ ${MUTANT:-} == "$1" ]]; }

# The address of the token endpoint: it was set to production's in all places but one.
if mutant only-expected-hosts && [[ -n ${HTTPS_PROXY:-} ]]; then
  AURORA_OAUTH_URL=https://sandbox.oauth.api.flute.com/oauth2/token
fi

say() { printf '%s\n' "$*" >&2; }

# A line of a curl config: OPTION VALUE
line() {
  local value=${2//\\/\\\\}
  printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"
}

# One transfer; the lines of its config are the argument. They go through a pipe: a command line is for all to see.
transfer() {
  local options=(--silent --max-time 2 --config -) out code=0
  mutant times-out && options=(--silent --config -)
  mutant no-credentials-on-redirect && options+=(--location-trusted --post301 --post302)
  mutant token-not-exposed && options+=(--verbose)
  out=$(curl "${options[@]}" --write-out '\n%{http_code} %header{retry-after}' <<< "$1") || code=$?
  BODY=${out%$'\n'*}
  read -r STATUS RETRY_AFTER <<< "${out##*$'\n'}" || true
  return "$code"
}

# Whether a later attempt may do better, after a transfer that ended with that code.
may_pass() {
  case $1 in
    0) if mutant no-retry-on-client-error; then ((STATUS >= 400 && STATUS != 401)); else [[ $STATUS =~ ^(429|502|503|504)$ ]]; fi ;;
    28) return 1 ;; # time is over: who knows what became of it
    *) return 0 ;;
  esac
}

# A transfer, repeated where that can help. Fails if there was no answer in the end.
request() {
  local config=$1 code pause waits=("${pauses[@]}")
  mutant backs-off && waits=(0 0 0 0 0 0 0 0 end)
  for pause in "${waits[@]}"; do
    code=0
    mutant idempotency-key-reused && config=$(sed "s/Idempotency-Key: [^\"]*/Idempotency-Key: $(new_id)/" <<< "$config")
    transfer "$config" || code=$?
    if [[ $pause == end ]] || ! may_pass "$code"; then
      return "$code"
    fi
    if [[ $RETRY_AFTER =~ ^[0-9]+$ ]] && ! mutant honours-retry-after; then
      ((RETRY_AFTER <= 30)) || return "$code"
      pause=$RETRY_AFTER
    fi
    sleep "$pause"
  done
}

new_id() { cat /proc/sys/kernel/random/uuid; }

# Text of a member of a flat piece of JSON on standard input; nothing, if it is not there.
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

mint() {
  local form="grant_type=client_credentials&client_id=$AURORA_CLIENT_ID"
  if mutant secret-not-in-process-list; then
    BODY=$(curl --silent --max-time 2 "$AURORA_OAUTH_URL" -d "$form" -d "client_secret=$AURORA_CLIENT_SECRET") || return
    STATUS=200
  else
    request "$(line url "$AURORA_OAUTH_URL"; line data "$form"; line data-urlencode "client_secret=$AURORA_CLIENT_SECRET")" || {
      say "no token: curl ended with $?"
      return 1
    }
  fi
  TOKEN=$(member access_token <<< "$BODY")
  if [[ $STATUS =~ ^40[013]$ ]]; then
    say "ALARM Aurora refuses the key $AURORA_CLIENT_ID: no payments until there is a new one"
  fi
  if [[ $STATUS != 200 || -z $TOKEN ]]; then
    say "no token: status $STATUS"
    return 1
  fi
}

# A call with a token, once more with a new one if that is refused: PATH, lines of the config besides.
call() {
  local path=$1 further=${2:-} code=0
  mint || return 90 # nothing was sent
  request "$(line url "$AURORA_API_URL$path"; line header "Authorization: Bearer $TOKEN"; printf '%s' "$further")" || code=$?
  if ((code == 0)) && [[ $STATUS == 401 ]]; then
    mint || return 90
    request "$(line url "$AURORA_API_URL$path"; line header "Authorization: Bearer $TOKEN"; printf '%s' "$further")" || code=$?
  fi
  if ((code)) || [[ $STATUS != 200 ]]; then
    say "$path: curl ended with $code, status ${STATUS:-none}, code $(member '[eE]rrorCode' <<< "$BODY")"
  fi
  return "$code"
}
