#pragma once

#include <string_view>

namespace quire::source {

/// True for a file that by its name holds passwords, tokens or private keys: .env and .env.* (not
/// .env.example, .sample, .template, .dist), id_rsa, id_dsa, id_ecdsa, id_ed25519, *.pem, *.key,
/// *.p12, *.pfx, *.jks, *.keystore, *.kdbx, .netrc, .npmrc, .pypirc, .pgpass, .git-credentials,
/// .htpasswd, .aws/credentials, .docker/config.json, .kube/config. The case of letters does not
/// matter. `path` has `/` between its parts.
bool holds_secrets_by_habit(std::string_view path);

}  // namespace quire::source
