#pragma once

#include <string>

#include <gtest/gtest.h>

#include "installing/agents.hpp"

namespace quire::installing {

inline const ServerEntry kEntry{"quire", {"mcp"}};

/// `before` with the entry of `name`; it is there once, and taking it out gives `before` again.
inline std::string installed_and_back(std::string_view name, const FileText& before) {
  const Agent& agent = *find_agent(name);
  const Result<FileText> with = installed(agent, kEntry, before, "f");
  EXPECT_TRUE(with.has_value()) << with.error().message;
  if (!with) {
    return "";
  }
  const Result<FileText> again = installed(agent, kEntry, *with, "f");
  EXPECT_TRUE(again.has_value() && *again == *with) << **with;
  const Result<FileText> back = uninstalled(agent, *with, "f");
  EXPECT_TRUE(back.has_value()) << **with;
  EXPECT_TRUE(back && *back == before) << "after:\n"
                                       << **with << "\nback:\n"
                                       << (back && *back ? **back : "(no file)");
  return **with;
}

}  // namespace quire::installing
