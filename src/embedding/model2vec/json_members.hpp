#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <quire/result.hpp>

#include "base/json.hpp"

/// Members of foreign JSON, which may be absent or of any type. Errors are `store_serde` and name
/// the member.
namespace quire::model2vec {

using base::JsonMember;
using base::JsonValue;

/// `fallback` where it is absent or null; an error where it is of another type.
Result<bool> bool_member(JsonValue value, std::string_view name, bool fallback);
Result<std::string> string_member(JsonValue value,
                                  std::string_view name,
                                  std::string_view fallback);
Result<std::uint64_t> number_member(JsonValue value, std::string_view name, std::uint64_t fallback);

/// The member "type" of a tokenizer's part; "" where there is none.
std::string type_of(JsonValue part);

/// `incompatible`: "normalizer NFKC is not supported; supported are NFD, ...".
std::unexpected<Error> unsupported(std::string_view what, std::string_view supported);

}  // namespace quire::model2vec
