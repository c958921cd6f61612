#pragma once

#include <string>
#include <string_view>

namespace quire::embedding {

/// What a model was trained to see before texts of either kind.
struct ModelPrompts {
  std::string query;
  std::string document;

  bool operator==(const ModelPrompts&) const = default;
};

/// Those of a well-known model, by its name at any server ("nomic-embed-text:v1.5",
/// "intfloat/e5-base-v2"); empty ones for all others.
ModelPrompts prompts_of(std::string_view model);

}  // namespace quire::embedding
