#!/bin/sh
# Makes the certificates of the tests anew, in this directory, with OpenSSL 3.
# They are valid from 2020 to 2120 and protect nothing: their keys are public.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
touch "$scratch/index"
cat > "$scratch/ca.conf" << END
[ca]
default_ca = tests
[tests]
database = $scratch/index
new_certs_dir = $scratch
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
END

# request NAME: a key, and a request for its certificate.
request() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj "/CN=Troupe test $1" -keyout "$scratch/$1.key" -out "$scratch/$1.csr"
}

# sign NAME OPTION...: the certificate, with the extensions of standard input.
sign() {
  name=$1
  shift
  cat > "$scratch/extensions"
  openssl ca -batch -notext -config "$scratch/ca.conf" \
    -startdate 20200101000000Z -enddate 21200101000000Z \
    -extfile "$scratch/extensions" -in "$scratch/$name.csr" -out "$name.pem" \
    "$@"
}

# authority NAME: its key is not kept, nothing else is to be signed with it.
authority() {
  request "$1"
  sign "$1" -selfsign -keyfile "$scratch/$1.key" << END
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
END
}

# leaf NAME AUTHORITY USAGE NAMES
leaf() {
  request "$1"
  sign "$1" -cert "$2.pem" -keyfile "$scratch/$2.key" << END
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = $3
subjectAltName = $4
END
  cp "$scratch/$1.key" "$1.key"
}

authority ca
authority other_ca
leaf server ca serverAuth "DNS:localhost, IP:127.0.0.1"
leaf client ca clientAuth "DNS:client.test"
leaf stranger other_ca clientAuth "DNS:stranger.test"

# An authority as old tools make it, of X.509 version 1, with no extensions.
request old_ca
sign old_ca -selfsign -keyfile "$scratch/old_ca.key" < /dev/null
