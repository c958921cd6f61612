#ifdef QUIRE_GRAMMARS

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

constexpr std::string_view kServer = R"(#!/usr/bin/env python
"""Module documentation."""
import os
from a import b

MAX = 3
name = "x"

# About Server.
@dataclass
class Server(Base):
    """Serves."""
    port: int = 3

    class Options:
        a = 1
        b = 2

        def clear(self):
            self.a = 0

    def __init__(self, port):
        self.port = port

    # Starts it.
    @property
    @other(1)
    async def start(self):
        return 1


def free(a,
         b=1) -> int:
    return a


if __name__ == "__main__":
    free(1)
)";

TEST(Python, ClassIsCutIntoItsHeadAndMethods) {
  EXPECT_EQ(outline(kServer, "python"), (Outline{
                                            "1-4",
                                            "6-7 constant MAX",
                                            "9-13 class Server",
                                            "15-17 class Server.Options",
                                            "19-20 method Server.Options.clear",
                                            "22-23 constructor Server.__init__",
                                            "25-29 method Server.start",
                                            "32-34 function free",
                                            "37-38",
                                        }));
}

TEST(Python, SignatureIsWithoutDecoratorsOnOneLine) {
  const auto chunks = chunk(kServer, "python", "");
  EXPECT_EQ(named("Server.start", chunks).signature, "async def start(self)");
  EXPECT_EQ(named("free", chunks).signature, "def free(a, b=1) -> int");
  EXPECT_EQ(named("Server", chunks).signature, "class Server(Base)");
}

TEST(Python, PackageIsTheModule) {
  const auto package = [](std::string_view path) {
    return chunk("def f():\n    pass\n", "python", path).at(0).package_name;
  };
  EXPECT_EQ(package("src/net/http.py"), "net.http");
  EXPECT_EQ(package("net/__init__.py"), "net");
  EXPECT_EQ(package("setup.py"), "setup");
  EXPECT_EQ(package("__init__.py"), std::nullopt);
}

TEST(Python, DefinitionsInConditionsAreFound) {
  constexpr std::string_view kText = R"(try:
    import fast
except ImportError:
    def fast():
        return None
if os.name == "nt":
    class Path:
        pass
else:
    class Path:
        pass
)";
  EXPECT_EQ(symbols(kText, "python"), (Outline{"function fast", "class Path", "class Path"}));
}

TEST(Python, FunctionsInALongFunctionAreSymbolsOfTheirOwn) {
  std::string text = "def outer():\n";
  for (int i = 0; i < 40; ++i) {
    text += "    call()\n";
  }
  text += "    def inner():\n        return 1\n";
  for (int i = 0; i < 40; ++i) {
    text += "    call()\n";
  }
  EXPECT_EQ(outline(text, "python"),
            (Outline{"1-41 function outer", "42-43 function outer.inner", "44-83 function outer"}));
}

TEST(Python, SmallClassIsOneChunk) {
  constexpr std::string_view kText = R"(class NotThere(Exception):
    def __str__(self):
        return "not there"

class Empty: pass
)";
  EXPECT_EQ(outline(kText, "python"), (Outline{"1-3 class NotThere", "5-5 class Empty"}));
}

TEST(Python, TextWithoutSymbolsIsCutByLines) {
  EXPECT_EQ(outline("print(1)\n\nprint(2)\n", "python"), (Outline{"1-3"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
