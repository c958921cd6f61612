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
  EXPECT_EQ(
      symbols(kText, "java"),
      (Outline{"interface Callback", "method Callback.call", "enum Color", "constant Color.RED",
               "method Color.next", "class Point", "field Point.x", "field Point.y",
               "constructor Point.Point", "interface Marker", "method Marker.value"}));
}

TEST(Java, MembersAndWhatIsInMethodsAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(class Ledger {
  public static final int MAX = 5, MIN = 1;
  private final Runnable flusher = new Runnable() {
    public void flush() {
    }
  };

  void post(int amount) {
    int local = 1;
    class Entry {
      int value;
    }
    each(x -> {
      record Pair(int a) {}
    });
  }
}
)";
  EXPECT_EQ(symbols(kText, "java"),
            (Outline{"class Ledger", "constant Ledger.MAX", "constant Ledger.MIN",
                     "field Ledger.flusher", "method Ledger.flush", "method Ledger.post",
                     "class Ledger.post.Entry", "field Ledger.post.Entry.value",
                     "class Ledger.post.Pair", "field Ledger.post.Pair.a"}));
  EXPECT_EQ(outline(kText, "java"), (Outline{"1-6 class Ledger", "8-17 method Ledger.post"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
