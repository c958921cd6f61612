#ifdef QUIRE_GRAMMARS

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

constexpr std::string_view kServer = R"(package com.example.net;

import java.util.List;
import java.util.Map;

/** Serves. */
@Deprecated
public class Server extends Base implements Runnable {
    private static final int MAX = 3;
    private int port;

    public Server(int port) {
        this.port = port;
    }

    /** Starts. */
    @Override
    @Route(path = "/(")
    public void run() {
        go();
    }

    static class Inner {
        private int depth;
        private int width;
        void deep() {
            x();
        }
    }
}
)";

TEST(Java, ClassIsCutIntoItsHeadAndMethods) {
  EXPECT_EQ(outline(kServer, "java"), (Outline{
                                          "1-4",
                                          "6-10 class Server",
                                          "12-14 constructor Server.Server",
                                          "16-21 method Server.run",
                                          "23-25 class Server.Inner",
                                          "26-30 method Server.Inner.deep",
                                      }));
}

TEST(Java, ChunkKnowsItsPackageAndSignature) {
  const auto chunks = chunk(kServer, "java", "Server.java");
  EXPECT_EQ(named("Server.run", chunks).package_name, "com.example.net");
  EXPECT_EQ(chunks[0].package_name, "com.example.net");
  EXPECT_EQ(named("Server", chunks).signature,
            "public class Server extends Base implements Runnable");
}

TEST(Java, DeclarationsHaveTheirKinds) {
  constexpr std::string_view kText = R"(
interface Callback { void call(int x); }
enum Color { RED; Color next() { return RED; } }
record Point(int x, int y) { Point { check(x); } }
@interface Marker { int value() default 1; }
)";
  EXPECT_EQ(symbols(kText, "java"), (Outline{"interface Callback", "method Callback.call",
                                             "enum Color", "method Color.next", "class Point",
                                             "constructor Point.Point", "interface Marker"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
