#!/bin/sh
# Makes the certificates of examples/mutual_tls.ts anew, in this directory,
# with OpenSSL 3. They are for the example only: anybody can read their keys,
# so they protect nothing. They are valid from 2020 to 2120.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
touch "$scratch/index"
cat > "$scratch/ca.conf" << END
[ca]
default_ca = example
[example]
database = $scratch/index
new_certs_dir = $scratch
rand_serial = yes
default_md = sha256
policy = any
[any]
organizationName = supplied
commonName = supplied
END

# sign FILE NAME OPTION...: a key, and its certificate with the extensions of
# standard input.
sign() {
  file=$1 name=$2
  shift 2
  cat > "$scratch/extensions"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj "/O=Troupe example, protects nothing/CN=$name" \
    -keyout "$scratch/$file.key" -out "$scratch/$file.csr"
  openssl ca -batch -notext -config "$scratch/ca.conf" \
    -startdate 20200101000000Z -enddate 21200101000000Z \
    -keyfile "$scratch/ca.key" -extfile "$scratch/extensions" \
    -in "$scratch/$file.csr" -out "$file.pem" "$@"
}

# The authority; its key is not kept, nothing else is to be signed with it.
sign ca authority -selfsign << END
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
END

sign server localhost -cert ca.pem << END
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
END

sign client worker-7 -cert ca.pem << END
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
END

cp "$scratch/server.key" "$scratch/client.key" .
chmod 644 ./*.key
