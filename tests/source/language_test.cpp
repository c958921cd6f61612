#include "source/language.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace quire::source {
namespace {

TEST(Language, IsToldByTheName) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a.c", "c"},
      {"a/b.cpp", "cpp"},
      {"a.CC", "cpp"},
      {"a.C", "cpp"},
      {"a.hpp", "cpp"},
      {"main.go", "go"},
      {"lib.rs", "rust"},
      {"x.py", "python"},
      {"x.pyi", "python"},
      {"x.js", "javascript"},
      {"x.mjs", "javascript"},
      {"x.jsx", "javascript"},
      {"x.ts", "typescript"},
      {"x.d.ts", "typescript"},
      {"x.tsx", "tsx"},
      {"X.java", "java"},
      {"run.sh", "bash"},
      {"x.rb", "ruby"},
      {"README.md", "markdown"},
      {"x.cs", "csharp"},
      {"x.kt", "kotlin"},
      {"x.php", "php"},
      {"x.swift", "swift"},
      {"x.scala", "scala"},
      {"x.lua", "lua"},
      {"x.hs", "haskell"},
      {"x.ex", "elixir"},
      {"x.zig", "zig"},
      {"x.sql", "sql"},
      {"x.html", "html"},
      {"x.css", "css"},
      {"x.json", "json"},
      {"x.yml", "yaml"},
      {"x.toml", "toml"},
      {"CMakeLists.txt", "cmake"},
      {"Makefile", "make"},
      {"Makefile.am", "make"},
      {"Dockerfile", "dockerfile"},
      {"Dockerfile.dev", "dockerfile"},
      {"Gemfile", "ruby"},
      {".bashrc", "bash"},
      {"notes.txt", "text"},
      {"LICENSE", "text"},
      {".hidden", "text"},
      {"a.unknown", "text"},
      {"a.", "text"},
      {"", "text"},
  };
  for (const auto& [path, language] : cases) {
    EXPECT_EQ(language_of(path, ""), language) << path;
  }
}

TEST(Language, IsToldByTheFirstLineWhereTheNameSaysNothing) {
  EXPECT_EQ(language_of("run", "#!/bin/sh\necho"), "bash");
  EXPECT_EQ(language_of("run", "#! /usr/bin/env python3.11\n"), "python");
  EXPECT_EQ(language_of("run", "#!/usr/bin/env -S VAR=1 node --harmony\n"), "javascript");
  EXPECT_EQ(language_of("run", "#!/usr/bin/perl -w"), "perl");
  EXPECT_EQ(language_of("configure.in", "#!/bin/bash\n"), "bash");
  EXPECT_EQ(language_of("run", "#!\n"), "text");
  EXPECT_EQ(language_of("run", "#!/usr/bin/env"), "text");
  EXPECT_EQ(language_of("run", "#!/opt/ours\n"), "text");
  EXPECT_EQ(language_of("run.py", "#!/bin/sh\n"), "python");
  EXPECT_EQ(language_of("page", "<?php echo 1;"), "php");
}

TEST(Language, SharedExtensionsAreSettledByTheText) {
  EXPECT_EQ(language_of("a.m", "#import <x.h>\n@interface A"), "objc");
  EXPECT_EQ(language_of("a.m", "% solves\nfunction y = f(x)"), "matlab");
  EXPECT_EQ(language_of("de.ts", "<?xml version='1.0'?>\n<!DOCTYPE TS>"), "xml");
}

std::string header(std::string_view text) {
  return language_of("a.h", text);
}

TEST(Language, AHeaderIsCppIfItHasCppInIt) {
  EXPECT_EQ(header("class Foo {\n public:\n};\n"), "cpp");
  EXPECT_EQ(header("#include <vector>\n"), "cpp");
  EXPECT_EQ(header("namespace a {\n"), "cpp");
  EXPECT_EQ(header("  template <typename T> T f();"), "cpp");
  EXPECT_EQ(header("inline void f() { auto x = std::move(y); }"), "cpp");
  EXPECT_EQ(header("int x = static_cast<int>(y);"), "cpp");
  EXPECT_EQ(header("#ifndef __cplusplus\n#error no\n#endif\nclass A;"), "cpp");
}

TEST(Language, AHeaderIsCIfItsCppIsCommentOrGuardedOrAName) {
  EXPECT_EQ(header(""), "c");
  EXPECT_EQ(header("#include <stdio.h>\nint f(struct class *c, int private);\n"), "c");
  EXPECT_EQ(header("/* class Foo: std::vector\nnamespace x */ int f(void); // std::string\n"), "c");
  EXPECT_EQ(header("#ifdef __cplusplus\nextern \"C\" {\nnamespace a {}\n#endif\nint f(void);\n"),
            "c");
  EXPECT_EQ(header("#if defined(__cplusplus)\nusing x = int;\n#else\ntypedef int x;\n#endif\n"),
            "c");
  EXPECT_EQ(header("#define TEXT \"std::string\"\nchar c = 'x';\n"), "c");
  EXPECT_EQ(header("#include <sys/types.h>\n#include \"vector\"\n"), "c");
}

}  // namespace
}  // namespace quire::source
