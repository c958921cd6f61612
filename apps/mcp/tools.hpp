#pragma once

#include "mcp/tool.hpp"

/// What each tool does; tools.cpp describes them.
namespace quire::mcp {

ToolAnswer search(const Tool& tool, LiveIndex& index, const ToolCall& call);
ToolAnswer find_by_symbol(const Tool& tool, LiveIndex& index, const ToolCall& call);
ToolAnswer list_files(const Tool& tool, LiveIndex& index, const ToolCall& call);
ToolAnswer reindex(const Tool& tool, LiveIndex& index, const ToolCall& call);
ToolAnswer status(const Tool& tool, LiveIndex& index, const ToolCall& call);

}  // namespace quire::mcp
