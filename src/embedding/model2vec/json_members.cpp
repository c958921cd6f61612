#include "embedding/model2vec/json_members.hpp"

#include <optional>

namespace quire::model2vec {
namespace {

std::unexpected<Error> wrong_type(std::string_view name, std::string_view wanted) {
  return fail(ErrorCode::store_serde,
              "\"" + std::string(name) + "\" is not " + std::string(wanted));
}

}  // namespace

Result<bool> bool_member(JsonValue value, std::string_view name, bool fallback) {
  const JsonValue found = value.member(name);
  const std::optional<bool> read = found.is_null() ? fallback : found.boolean();
  return read.has_value() ? Result<bool>(*read) : wrong_type(name, "true or false");
}

Result<std::string> string_member(JsonValue value,
                                  std::string_view name,
                                  std::string_view fallback) {
  const JsonValue found = value.member(name);
  const std::optional<std::string_view> read = found.is_null() ? fallback : found.string();
  return read.has_value() ? Result<std::string>(std::string(*read)) : wrong_type(name, "a string");
}

Result<std::uint64_t> number_member(JsonValue value,
                                    std::string_view name,
                                    std::uint64_t fallback) {
  const JsonValue found = value.member(name);
  const std::optional<std::uint64_t> read = found.is_null() ? fallback : found.count();
  return read.has_value() ? Result<std::uint64_t>(*read) : wrong_type(name, "a number that counts");
}

std::string type_of(JsonValue part) {
  return std::string(part.member("type").string().value_or(""));
}

std::unexpected<Error> unsupported(std::string_view what, std::string_view supported) {
  return fail(ErrorCode::incompatible,
              std::string(what) + " is not supported; supported are " + std::string(supported));
}

}  // namespace quire::model2vec
