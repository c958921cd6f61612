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

TEST(Python, DefinitionsInAShortFunctionAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(def make_app():
    app = new()

    @app.get("/health")
    def health_check():
        return "ok"

    class LocalError(Exception):
        code = 1

    return app
)";
  EXPECT_EQ(symbols(kText, "python"),
            (Outline{"function make_app", "function make_app.health_check",
                     "class make_app.LocalError", "field make_app.LocalError.code"}));
  EXPECT_EQ(outline(kText, "python"), (Outline{"1-11 function make_app"}));
}

TEST(Python, EachNameOfAnAssignmentIsFound) {
  constexpr std::string_view kText = R"(first, SECOND = 1, 2
third = fourth = 3
type Pair[T] = tuple[T, T]
match kind:
    case "a":
        def on_a(): pass
class Job:
    MAX = 1
    slots: int
    def run(self):
        self.x = local = 1
)";
  EXPECT_EQ(symbols(kText, "python"),
            (Outline{"variable first", "constant SECOND", "variable third", "variable fourth",
                     "type Pair", "function on_a", "class Job", "constant Job.MAX",
                     "field Job.slots", "method Job.run"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
