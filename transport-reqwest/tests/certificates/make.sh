#!/usr/bin/env bash
# Makes the files of this folder anew: one root, one certificate between, one leaf, in the forms that people have them in.
# The keys open nothing. All certificates end in the year 2126.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

echo 'extendedKeyUsage = clientAuth' > "$work/extensions"

issue() { # name, subject, issuer's name or nothing
    openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=$2" 2>/dev/null
    local by=(-signkey "$work/$1.key")
    [ $# -lt 3 ] || by=(-CA "$work/$3.crt" -CAkey "$work/$3.key" -CAcreateserial)
    openssl x509 -req -in "$work/$1.csr" -days 36500 -out "$work/$1.crt" -extfile "$work/extensions" "${by[@]}" 2>/dev/null
}
issue root 'Test root'
issue between 'Test between' root
issue leaf 'Test service principal' between
issue other 'Somebody else'

# Of version 1, as openssl makes them without extensions.
openssl x509 -req -in "$work/leaf.csr" -days 36500 -out version-1.crt -signkey "$work/leaf.key" 2>/dev/null
cat "$work/leaf.key" version-1.crt > version-1.pem
cp "$work/leaf.crt" leaf.crt
cp "$work/between.crt" between.crt
cp "$work/root.crt" root.crt
cat "$work/leaf.key" "$work/leaf.crt" > plain.pem
openssl rsa -in "$work/leaf.key" -traditional -out "$work/pkcs1.key" 2>/dev/null
cat "$work/leaf.crt" "$work/pkcs1.key" > pkcs1.pem
cat "$work/root.crt" "$work/between.crt" "$work/leaf.key" "$work/leaf.crt" > any-order.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in "$work/leaf.key" -passout pass:pa55~word -out "$work/encrypted.key"
cat "$work/encrypted.key" "$work/leaf.crt" > encrypted.pem
openssl pkcs8 -topk8 -scrypt -in "$work/leaf.key" -passout pass:pa55~word -out "$work/scrypt.key"
cat "$work/leaf.crt" "$work/scrypt.key" > scrypt.pem
openssl rsa -in "$work/leaf.key" -aes256 -traditional -passout pass:pa55~word -out "$work/old.key" 2>/dev/null
cat "$work/old.key" "$work/leaf.crt" > encrypted-in-an-old-form.pem
cat "$work/other.key" "$work/leaf.crt" > keys-of-somebody-else.pem
cat "$work/leaf.crt" "$work/root.crt" > no-key.pem
cp "$work/leaf.key" no-certificate.pem
cat "$work/leaf.key" "$work/other.key" "$work/leaf.crt" > two-keys.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ec.key" -out "$work/ec.crt" -days 36500 -subj '/CN=EC' 2>/dev/null
cat "$work/ec.key" "$work/ec.crt" > elliptic-curve.pem
openssl req -x509 -newkey rsa:1024 -nodes -keyout "$work/short.key" -out "$work/short.crt" -days 36500 -subj '/CN=Short' 2>/dev/null
cat "$work/short.key" "$work/short.crt" > short.pem
cat "$work/between.crt" "$work/root.crt" > "$work/chain.crt"
p12() { openssl pkcs12 -export -inkey "$work/leaf.key" -in "$work/leaf.crt" -certfile "$work/chain.crt" "$@"; }
p12 -passout pass:pa55~word -out modern.pfx
p12 -passout pass: -out without-a-password.pfx
p12 -legacy -passout pass:pa55~word -out legacy.pfx
openssl pkcs12 -export -nokeys -in "$work/leaf.crt" -passout pass:pa55~word -out no-key.pfx
