#include <string>

#include <gtest/gtest.h>

#include <quire/filter.hpp>
#include <quire/vector_store.hpp>
#include <quire/write_batch.hpp>

// A program of somebody who takes all of quire's names in and has a namespace `filters` too.

using namespace quire;  // NOLINT(google-build-using-namespace): what is tested.

namespace filters {

Filter by_language(const std::string& name) {
  return field("language") == name;
}

}  // namespace filters

namespace {

TEST(PublicNames, LeaveFiltersToTheUser) {
  EXPECT_EQ(filters::by_language("go").to_string(), "language = 'go'");
}

}  // namespace
