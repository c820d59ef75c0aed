#!/usr/bin/env bash
# Installs the Debian packages of the programs that tests start, when one is missing and this may be done.
#
# A service that a package brings is not started: only the programs are wanted.
set -euo pipefail

# program:package
needed=(swaks:swaks strace:strace smtp-sink:postfix smtp-source:postfix chromium:chromium php:php-cli)

missing=()
for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
# swaks speaks TLS only with this module, which its package recommends.
perl -MNet::SSLeay -e 1 2>/dev/null || missing+=(libnet-ssleay-perl)
# git finds this one by itself; it reads addresses with a module that its package recommends.
[ -x "$(git --exec-path)/git-send-email" ] || missing+=(git-email)
perl -MMail::Address -e 1 2>/dev/null || missing+=(libmailtools-perl)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing for some tests, which will fail: ${missing[*]} (on Debian, as root: apt-get install ${missing[*]})" >&2
  exit 0
fi

echo "Installing for the tests: ${missing[*]} …" >&2
# Debian's own switch against starting services (policy-rc.d, invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
