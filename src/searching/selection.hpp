#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <quire/filter.hpp>
#include <quire/result.hpp>

#include "corpus/view.hpp"

/// What SearchRequest::languages and kinds ask for: one of those that are named, unless none is,
/// and none of those that are named with a `!` in front.
namespace quire::searching {

bool is_selected(std::string_view value, const std::vector<std::string>& values);

/// The same as a filter; what has no such member is selected unless values are named without `!`.
Filter selected(const char* member, const std::vector<std::string>& values);

/// Chunks of which the kind, or that of something else that begins in them, is named; those that
/// go by a kind with a `!` are not. Errors: `corrupt`.
Result<Filter> selected_kinds(const corpus::View& view, const std::vector<std::string>& kinds);

}  // namespace quire::searching
