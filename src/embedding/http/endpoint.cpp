#include "embedding/http/endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "base/try.hpp"
#include "base/utf8.hpp"

// Stricter than RFC 3986, so that curl can't see another host in an address than is seen here.

namespace quire::embedding {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kEncrypted = "https://";
constexpr std::string_view kOperation = "/embeddings";
constexpr std::size_t kLongest = 2048;
constexpr std::string_view kForm = "http://HOST:PORT/v1#MODEL-NAME";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool belongs_to_name(char c) {
  return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
}

bool belongs_to_ipv6(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
}

bool belongs_to_path(char c) {
  return is_letter_or_digit(c) || std::string_view("-._~!$&'()*+,;=:@%/").contains(c);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return {};
  }
  return number;
}

/// Exactly four decimal numbers, the first 127: no other spelling is trusted to mean this machine.
bool is_ipv4_loopback(std::string_view host) {
  int parts = 0;
  bool loopback = host.starts_with("127.");
  while (loopback) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    loopback = number_in<std::uint8_t>(host.substr(0, dot)).has_value();
    ++parts;
    if (dot == host.size()) {
      break;
    }
    host.remove_prefix(dot + 1);
  }
  return loopback && parts == 4;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || is_ipv4_loopback(host);
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
    return std::ranges::all_of(host.substr(1, host.size() - 2), belongs_to_ipv6);
  }
  return !host.empty() && is_letter_or_digit(host.front()) &&
         std::ranges::all_of(host, belongs_to_name);
}

std::unexpected<Error> refuse(const std::string& why) {
  return fail(ErrorCode::invalid_argument, "read the address of an embedding endpoint: " + why +
                                               "; its form is " + std::string(kForm));
}

Status check_port(std::string_view port) {
  const auto number = number_in<std::uint16_t>(port);
  if (!number || *number == 0) {
    return refuse("its port is not a number from 1 to 65535");
  }
  return {};
}

Status take_authority(std::string_view authority, Endpoint& out) {
  if (authority.contains('@')) {
    return refuse("it holds a user or password; put the key into QUIRE_API_KEY");
  }
  out.authority = base::ascii_lower(authority);
  const std::size_t colon = out.authority.find(':', out.authority.rfind(']') + 1);
  out.host = out.authority.substr(0, colon);
  if (!is_host(out.host)) {
    return refuse("its host is not a name or an address");
  }
  out.on_this_machine = is_loopback(out.host);
  return colon == std::string::npos ? Status()
                                    : check_port(std::string_view(out.authority).substr(colon + 1));
}

Status check_path(std::string_view path) {
  if (path.contains('?')) {
    return refuse("it holds a query, which can't be part of it");
  }
  const auto odd = std::ranges::find_if_not(path, belongs_to_path);
  if (odd != path.end()) {
    return refuse("byte " + std::to_string(odd - path.begin()) +
                  " of its path belongs into no path");
  }
  return {};
}

std::string_view without_operation(std::string_view path) {
  const auto shorten = [&path] {
    while (path.ends_with('/')) {
      path.remove_suffix(1);
    }
  };
  shorten();
  if (path.ends_with(kOperation)) {
    path.remove_suffix(kOperation.size());
    shorten();
  }
  return path;
}

Status check_model(std::string_view model) {
  if (model.empty()) {
    return refuse("it names no model after #");
  }
  if (std::ranges::any_of(model, is_control) || base::invalid_utf8_offset(model)) {
    return refuse("its model's name holds bytes that are no text");
  }
  return {};
}

}  // namespace

bool names_endpoint(std::string_view text) {
  const std::string begin = base::ascii_lower(text.substr(0, kEncrypted.size()));
  return begin.starts_with(kPlain) || begin == kEncrypted;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  if (!names_endpoint(text) || text.size() > kLongest) {
    return refuse("it does not begin with http:// or https://, or is longer than 2,048 bytes");
  }
  Endpoint out;
  out.encrypted = base::ascii_lower(text.substr(0, kEncrypted.size())) == kEncrypted;
  const std::string_view scheme = out.encrypted ? kEncrypted : kPlain;
  text.remove_prefix(scheme.size());
  const std::size_t hash = std::min(text.find('#'), text.size());
  out.model = text.substr(std::min(hash + 1, text.size()));
  QUIRE_TRY(check_model(out.model));
  text = text.substr(0, hash);
  const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
  QUIRE_TRY(take_authority(text.substr(0, slash), out));
  QUIRE_TRY(check_path(text.substr(slash)));
  out.base = std::string(scheme) + out.authority;
  out.base += without_operation(text.substr(slash));
  return out;
}

}  // namespace quire::embedding
