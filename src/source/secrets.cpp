#include "source/secrets.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/utf8.hpp"

namespace quire::source {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
});
constexpr auto kEndings =
    std::to_array<std::string_view>({".jks", ".kdbx", ".key", ".keystore", ".p12", ".pem", ".pfx"});
constexpr auto kPlaces =
    std::to_array<std::string_view>({".aws/credentials", ".docker/config.json", ".kube/config"});

constexpr std::string_view kEnvironment = ".env.";
/// What an environment's file ends with that is there to be read.
constexpr auto kSpecimens =
    std::to_array<std::string_view>({".dist", ".example", ".sample", ".template"});

bool ends_with_any(std::string_view text, std::span<const std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view end) { return text.ends_with(end); });
}

bool is_at(std::string_view path, std::string_view place) {
  return path.ends_with(place) &&
         (path.size() == place.size() || path[path.size() - place.size() - 1] == '/');
}

bool is_environment(std::string_view name) {
  return name.starts_with(kEnvironment) && !ends_with_any(name, kSpecimens);
}

}  // namespace

bool holds_secrets_by_habit(std::string_view path) {
  const std::string lower = base::ascii_lower(path);
  const std::string_view name = std::string_view(lower).substr(lower.rfind('/') + 1);
  return std::ranges::find(kNames, name) != kNames.end() || ends_with_any(name, kEndings) ||
         is_environment(name) ||
         std::ranges::any_of(kPlaces, [&](std::string_view place) { return is_at(lower, place); });
}

}  // namespace quire::source
