#include "source/secrets.hpp"

#include <gtest/gtest.h>

namespace quire::source {
namespace {

TEST(Secrets, AreKnownByTheirNames) {
  for (const char* const path : {".env",
                                 "a/.env",
                                 ".env.local",
                                 ".env.production",
                                 ".env.example.local",
                                 "id_rsa",
                                 "keys/id_ed25519",
                                 "id_ecdsa",
                                 "id_dsa",
                                 "server.pem",
                                 "SERVER.PEM",
                                 "a.b.key",
                                 "a.p12",
                                 "a.pfx",
                                 "a.jks",
                                 "release.keystore",
                                 "a.kdbx",
                                 ".netrc",
                                 ".npmrc",
                                 ".pypirc",
                                 ".pgpass",
                                 ".git-credentials",
                                 "www/.htpasswd",
                                 ".aws/credentials",
                                 "home/.aws/credentials",
                                 ".docker/config.json",
                                 "x/.kube/config"}) {
    EXPECT_TRUE(holds_secrets_by_habit(path)) << path;
  }
}

TEST(Secrets, OtherFilesAreNone) {
  for (const char* const path : {"",
                                 ".env.example",
                                 "a/.env.sample",
                                 ".env.template",
                                 ".env.dist",
                                 ".env.local.example",
                                 "env",
                                 ".environment",
                                 ".envrc",
                                 "id_rsa.pub",
                                 "my_id_rsa",
                                 "pem",
                                 "key",
                                 "a.pem.c",
                                 "keys.c",
                                 ".npmrc.md",
                                 "credentials",
                                 "x.aws/credentials",
                                 "config.json",
                                 "docker/config.json",
                                 ".kube/config.d",
                                 ".env/main.c",
                                 "a.key/b.c"}) {
    EXPECT_FALSE(holds_secrets_by_habit(path)) << path;
  }
}

}  // namespace
}  // namespace quire::source
