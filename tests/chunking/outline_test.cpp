#include "chunking/outline.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "chunking/chunker.hpp"
#include "chunking/invariants.hpp"
#include "chunking/outline_scan.hpp"

namespace quire::chunking {
namespace {

using Names = std::vector<std::string>;

/// Each symbol as "first-last kind name", lines from 1.
Names scanned(std::string_view text, std::string_view language) {
  Names lines;
  const SymbolTable table = scan_outline(text, language).value();
  for (const Symbol& symbol : table.symbols) {
    lines.push_back(std::to_string(symbol.rows.first + 1) + "-" +
                    std::to_string(symbol.rows.last + 1) + " " +
                    std::string(to_string(symbol.kind)) + " " + symbol.name);
  }
  return lines;
}

Symbol symbol_named(std::string_view name, std::string_view text, std::string_view language) {
  const SymbolTable table = scan_outline(text, language).value();
  for (const Symbol& symbol : table.symbols) {
    if (symbol.name == name) {
      return symbol;
    }
  }
  return {};
}

constexpr std::string_view kRuby = R"(# frozen_string_literal: true
require "set"

module Net
  # A pool; class of 2020.
  class Pool < Base
    LIMIT = 10
    class Full < StandardError; end

    # Opens it.
    def initialize(size:,
                   name: nil)
      @text = <<~TEXT
class Inner
  def fake
end
      TEXT
      puts "def x; end"
    end

    def self.default = new(size: 1)

    private def empty?
      begin
        check!
      rescue Full
        nil
      end
    end

    def size=(value)
      @size = value
    end

    def ==(other)
      other.size == @size
    end

    class << self
      def open(path)
        new(path) do |pool|
          def_delegators :x
        end
      end
    end
  end

  def helper; 1; end
end
)";

TEST(Outline, Ruby) {
  EXPECT_EQ(scanned(kRuby, "ruby"), (Names{
                                        "4-49 module Net",
                                        "6-46 class Net::Pool",
                                        "7-7 constant Net::Pool::LIMIT",
                                        "8-8 class Net::Pool::Full",
                                        "11-19 constructor Net::Pool.initialize",
                                        "21-21 method Net::Pool.default",
                                        "23-29 method Net::Pool.empty?",
                                        "31-33 method Net::Pool.size=",
                                        "35-37 method Net::Pool.==",
                                        "40-44 method Net::Pool.open",
                                        "48-48 method Net.helper",
                                    }));
  const Symbol pool = symbol_named("Net::Pool", kRuby, "ruby");
  EXPECT_EQ(pool.lead_row, 4U);
  EXPECT_EQ(pool.signature, "class Pool < Base");
  EXPECT_EQ(symbol_named("Net::Pool.initialize", kRuby, "ruby").signature,
            "def initialize(size:, name: nil)");
}

TEST(Outline, Php) {
  constexpr std::string_view kText = R"(<?php

namespace App\Log;

use function strlen;

/**
 * class Fake { function no() {} }
 */
#[Attribute(flags: [1,
    2])]
abstract class Writer extends Base implements Sink
{
    const A = 'function a() {';

    public function __construct(private int $level = 0)
    {
        $this->f = function ($x) { return $x; };
        $sql = <<<SQL
function inSql() {
SQL;
    }

    abstract protected function write(array $record): void;

    public static function make(
        string $name,
        int $level
    ): static {
        return new class extends Writer {
        };
    }
}

enum Level: string { case Low = 'low'; }

function helper(&$x) { return 1; }
)";
  EXPECT_EQ(scanned(kText, "php"), (Names{
                                       "12-33 class Writer",
                                       "14-14 constant Writer::A",
                                       "16-22 constructor Writer::__construct",
                                       "24-24 method Writer::write",
                                       "26-32 method Writer::make",
                                       "35-35 enum Level",
                                       "37-37 function helper",
                                   }));
  const Symbol writer = symbol_named("Writer", kText, "php");
  EXPECT_EQ(writer.package, "App\\Log");
  EXPECT_EQ(writer.lead_row, 6U);
  EXPECT_EQ(writer.signature, "abstract class Writer extends Base implements Sink");
  EXPECT_FALSE(symbol_named("Writer::write", kText, "php").has_body);
}

TEST(Outline, Csharp) {
  constexpr std::string_view kText = R"(using System;

namespace Net.Http
{
    /// <summary>class of 2020</summary>
    [Serializable, Obsolete("class X {")]
    public sealed partial class Client<T> : IDisposable where T : class
    {
        private readonly Foo _foo = new Foo(
            1);

        public string Name
        {
            get { return Load(1); }
            set { Save(value); }
        }

        public Client(int size) : base(size)
        {
        }

        public async Task<List<int>> SendAsync<U>(
            string path,
            U body)
        {
            if (path == "}")
            {
                return Call(path);
            }
#if DEBUG
            Trace();
#endif
            var x = await Get(path);
        }

        void IDisposable.Dispose() => Close();

        (int, string) Pair(int x) { return (x, ""); }

        private enum State { Open, Closed }
    }

    public record Point(int X, int Y);

    internal interface ISink
    {
        void Write(string text);
    }
}
)";
  EXPECT_EQ(scanned(kText, "csharp"), (Names{
                                          "7-41 class Client",
                                          "9-9 field Client._foo",
                                          "12-12 field Client.Name",
                                          "18-20 constructor Client.Client",
                                          "22-34 method Client.SendAsync",
                                          "36-36 method Client.Dispose",
                                          "38-38 method Client.Pair",
                                          "40-40 enum Client.State",
                                          "40-40 constant Client.State.Open",
                                          "40-40 constant Client.State.Closed",
                                          "43-43 class Point",
                                          "45-48 interface ISink",
                                          "47-47 method ISink.Write",
                                      }));
  const Symbol send = symbol_named("Client.SendAsync", kText, "csharp");
  EXPECT_EQ(send.package, "Net.Http");
  EXPECT_EQ(send.signature, "public async Task<List<int>> SendAsync<U>( string path, U body)");
  EXPECT_EQ(symbol_named("Client", kText, "csharp").lead_row, 4U);
}

TEST(Outline, Kotlin) {
  constexpr std::string_view kText = R"(package net.http

data class Point(val x: Int, val y: Int)

@Serializable
sealed class Shape(
    val name: String,
) : Base() {
    companion object {
        fun create(): Shape = Square(1)
    }

    override suspend fun <T> area(list: List<T>): Int {
        return list.map { it }.size
    }

    fun `a name`() = Unit
}

enum class Color { RED }

fun interface Sink { fun write(x: Int) }

fun List<Int>.second(): Int =
    this[1]

private inline fun String?.orNone() = this ?: "none"

val handler = object : Sink {
}
)";
  EXPECT_EQ(scanned(kText, "kotlin"), (Names{
                                          "3-3 class Point",
                                          "6-18 class Shape",
                                          "7-7 variable Shape.name",
                                          "10-10 method Shape.create",
                                          "13-15 method Shape.area",
                                          "20-20 class Color",
                                          "22-22 interface Sink",
                                          "24-25 function List.second",
                                          "27-27 function String.orNone",
                                          "29-29 variable handler",
                                      }));
  EXPECT_EQ(symbol_named("List.second", kText, "kotlin").signature, "fun List<Int>.second(): Int");
  EXPECT_EQ(symbol_named("Shape", kText, "kotlin").package, "net.http");
}

TEST(Outline, Swift) {
  constexpr std::string_view kText = R"(import Foundation

/// A cart.
public final class Cart: NSObject {
    private(set) var items: [Item] = []

    init?(name: String) {
        guard name != "init(" else { return nil }
    }

    @discardableResult
    public class func make() -> Cart { Cart(name: "")! }

    @objc(addItem:) func add(_ item: Item) async throws -> Int {
        let text = """
        func fake() {
        """
        return 1
    }
    deinit { print(1) }
}

extension Cart.Item: Codable where T: Equatable {
    func total() -> Int {
        1
    }
}

protocol Priced {
    associatedtype T
    func price() -> Int
}
)";
  EXPECT_EQ(scanned(kText, "swift"), (Names{
                                         "4-21 class Cart",
                                         "5-5 variable Cart.items",
                                         "7-9 constructor Cart.init",
                                         "12-12 method Cart.make",
                                         "14-19 method Cart.add",
                                         "20-20 method Cart.deinit",
                                         "23-27 impl Cart.Item",
                                         "24-26 method Cart.Item.total",
                                         "29-32 interface Priced",
                                         "31-31 method Priced.price",
                                     }));
}

TEST(Outline, Scala) {
  constexpr std::string_view kText = R"(package net.http

final case class Point(x: Int, y: Int)

object Server extends App {
  private[net] def start(port: Int): Unit = {
    val c = '{'
    def inner() = 1
  }

  def name = "x"
  type Id = Long
}

trait Shape:
  def area: Double
  def twice: Double =
    area * 2
)";
  EXPECT_EQ(scanned(kText, "scala"), (Names{
                                         "3-3 class Point",
                                         "5-13 class Server",
                                         "6-9 method Server.start",
                                         "11-11 method Server.name",
                                         "12-12 type Server.Id",
                                         "15-18 trait Shape",
                                         "16-16 method Shape.area",
                                         "17-18 method Shape.twice",
                                     }));
}

TEST(Outline, Lua) {
  constexpr std::string_view kText = R"(local M = {}
--[[ function fake()
end ]]
local text = [[
function fake() ]]

-- Opens it.
function M.open(path)
  if path then
    return function() end
  end
end

function M:close() return nil end

M.each = function(list)
  for _ in pairs(list) do
  end
end

local function helper(a, b)
end
return M
)";
  EXPECT_EQ(scanned(kText, "lua"), (Names{
                                       "8-12 function M.open",
                                       "14-14 function M:close",
                                       "16-19 function M.each",
                                       "21-22 function helper",
                                   }));
}

TEST(Outline, Haskell) {
  constexpr std::string_view kText = R"({-# LANGUAGE GADTs #-}
module Text.Parse
  ( parse
  ) where

import qualified Data.Map as M

-- | A tree.
data Tree a
  = Leaf
  | Node a
  deriving (Show)

newtype P a = P { run :: a }

class Monad m => Store m where
  load :: Int -> m ()

instance Show a => Show (Tree a) where
  show Leaf = "data X"

-- | Parses.
parse
  :: String
  -> Tree Int
parse' :: Int -> Int
parse' 0 = 1
parse' n
  | n > 0 = go n
  where go x = x

(<+>) :: Int -> Int -> Int
a <+> b = a

main = do
  print 1
makeLenses ''Tree
)";
  EXPECT_EQ(scanned(kText, "haskell"), (Names{
                                           "9-12 class Tree",
                                           "14-14 class P",
                                           "16-17 trait Store",
                                           "17-17 method Store.load",
                                           "19-20 impl Tree",
                                           "20-20 method Tree.show",
                                           "23-25 function parse",
                                           "26-30 function parse'",
                                           "32-32 function <+>",
                                           "35-36 function main",
                                       }));
  EXPECT_EQ(symbol_named("main", kText, "haskell").package, "Text.Parse");
  EXPECT_EQ(symbol_named("Tree", kText, "haskell").lead_row, 7U);
}

TEST(Outline, Elixir) {
  constexpr std::string_view kText = R"(defmodule Net.Pool do
  @moduledoc """
  def fake do
  """
  use GenServer

  defmodule Full do
    defexception [:message]
  end

  @doc """
  Starts it.
  """
  @spec start(map()) :: :ok
  def start(opts \\ []) when is_list(opts) do
    if opts do
      :ok
    end
  end

  defp empty?(pool), do: pool == []

  def size(pool),
    do: length(pool)

  defmacro left ~> right do
    left
  end
end

defimpl Enumerable, for: Net.Pool do
  def count(pool), do: 1
end
)";
  EXPECT_EQ(scanned(kText, "elixir"), (Names{
                                          "1-29 module Net.Pool",
                                          "7-9 module Net.Pool.Full",
                                          "15-19 function Net.Pool.start",
                                          "21-21 function Net.Pool.empty?",
                                          "23-24 function Net.Pool.size",
                                          "31-33 impl Enumerable",
                                          "32-32 method Enumerable.count",
                                      }));
  const Symbol start = symbol_named("Net.Pool.start", kText, "elixir");
  EXPECT_EQ(start.lead_row, 10U);
  EXPECT_EQ(start.signature, "def start(opts \\\\ []) when is_list(opts)");
  EXPECT_EQ(start.package, "Net.Pool");
}

TEST(Outline, Bash) {
  constexpr std::string_view kText = R"(#!/bin/bash
# usage() {
usage() {
  cat <<EOF
function fake() {
}
EOF
  echo "a
b {"
}

function net::open {
  awk '
function area(a) {
  print a
}'
}

_close-it () { :; }
main "$@"
)";
  EXPECT_EQ(scanned(kText, "bash"), (Names{
                                        "3-10 function usage",
                                        "12-17 function net::open",
                                        "19-19 function _close-it",
                                    }));
}

TEST(Outline, Zig) {
  constexpr std::string_view kText = R"(const std = @import("std");

/// A pool.
pub const Pool = struct {
    size: usize,

    pub fn init(size: usize) Pool {
        return .{ .size = size };
    }
};

pub const Kind = enum(u8) { a, b };

export fn main() void {
    const Inner = struct {
        fn no() void {}
    };
}
)";
  EXPECT_EQ(scanned(kText, "zig"), (Names{
                                       "1-1 constant std",
                                       "4-10 struct Pool",
                                       "7-9 method Pool.init",
                                       "12-12 enum Kind",
                                       "14-18 function main",
                                   }));
}

struct Sample {
  std::string_view language;
  std::string_view text;
  Names names;
};

TEST(Outline, OtherLanguages) {
  const std::vector<Sample> samples{
      {"dart",
       "class Cart extends Base {\n  Cart(this.a);\n  Cart.of(int a) : b = a;\n\n  Future<int> "
       "add(int a) "
       "async {\n    print(a);\n  }\n}\n\nint main(List<String> args) {\n  run(args);\n}\n",
       {"1-8 class Cart", "2-2 constructor Cart.Cart", "3-3 constructor Cart.of",
        "5-7 method Cart.add", "10-12 function main"}},
      {"groovy",
       "package a.b\nclass Cart {\n  def add(x) {\n    x\n  }\n  static int size(a) { 1 }\n}\n"
       "compile project(':x') {\n}\n",
       {"2-7 class Cart", "3-5 method Cart.add", "6-6 method Cart.size"}},
      {"perl",
       "package Net::Pool;\nuse strict;\n\n=pod\n\nsub fake {\n\n=cut\n\n# Opens.\nsub open {\n  "
       "my $x = "
       "shift;\n}\n1;\n",
       {"11-13 function open"}},
      {"fish",
       "function greet --argument name\n  if test $name\n  end\nend\n",
       {"1-4 function greet"}},
      {"elm",
       "module Main exposing (..)\n\ntype alias Model =\n    { a : Int }\n\nview : Model -> Html\n"
       "view model =\n    text \"\"\n",
       {"3-4 class Model", "6-8 function view"}},
      {"ocaml",
       "module Pool = struct\n  let limit = 3\n  let rec open_ x =\n    x\nend\n\ntype t = A | "
       "B\n\n"
       "let () = main ()\n",
       {"1-5 module Pool", "2-2 constant Pool.limit", "3-4 method Pool.open_", "7-7 type t"}},
      {"fsharp",
       "module Net.Pool\n\ntype Cart(size: int) =\n    member this.Add(x) =\n        x\n\nlet rec "
       "go x =\n"
       "    x\n",
       {"3-5 class Cart", "4-5 method Cart.Add", "7-8 function go"}},
      {"erlang",
       "-module(pool).\n-record(state, {a}).\n\n%% Starts.\n-spec start(any()) -> ok.\nstart(a) "
       "->\n"
       "    ok;\nstart(_) ->\n    ok.\n",
       {"2-2 struct state", "6-9 function start"}},
      {"clojure",
       "(ns net.pool\n  (:require [a]))\n\n(defn- open!\n  \"Opens\n  it.\"\n  [x]\n  x)\n\n"
       "(def ^:private limit 3)\n",
       {"4-8 function open!", "10-10 variable limit"}},
      {"elisp",
       "(defun net-open (x)\n  \"Opens.\"\n  x)\n\n(defvar net-limit 3)\n(setq a 1)\n",
       {"1-3 function net-open", "5-5 variable net-limit"}},
      {"scheme",
       "(define (open x)\n  x)\n(define limit 3)\n",
       {"1-2 function open", "3-3 function limit"}},
      {"r",
       "open <- function(x, y) {\n  x\n}\nz <- open(1)\nclose_it = function(x) x\n",
       {"1-3 function open", "5-5 function close_it"}},
      {"julia",
       "module Net\n\nstruct Pool{T} <: Base\n    a::T\nend\n\n\"\"\"\n    open!(x)\n\"\"\"\n"
       "function open!(x)\n    if x\n    end\nend\n\nend\n",
       {"1-1 module Net", "3-5 struct Pool", "10-13 function open!"}},
      {"nim",
       "proc open*(x: int): int =\n  x\n\ntemplate twice(x) = x\n",
       {"1-2 function open", "4-4 macro twice"}},
      {"crystal",
       "class Pool\n  def open(x : Int32) : Nil\n  end\nend\n",
       {"1-4 class Pool", "2-3 method Pool.open"}},
      {"sql",
       "CREATE TABLE IF NOT EXISTS app.users (\n  id int\n);\n\ncreate or replace function total(a "
       "int)\n"
       "returns int\nas $$\nbegin\n  select 1;\nend\n$$;\nGRANT a TO users;\n",
       {"1-3 struct app.users", "5-11 function total"}},
      {"powershell",
       "function Get-Pool {\n  param($x)\n}\nclass Cart {\n}\n",
       {"1-3 function Get-Pool", "4-5 class Cart"}},
      {"vim",
       "function! net#open(x) abort\n  if a:x\n  endif\nendfunction\n",
       {"1-4 function net#open"}},
      {"tcl", "proc net::open {x} {\n  puts $x\n}\n", {"1-3 function net::open"}},
      {"pascal",
       "procedure TPool.Open(x: Integer);\nvar\n  a: Integer;\nbegin\n  a := 1;\nend;\n",
       {"1-6 function TPool.Open"}},
      {"ada",
       "package body Pool is\n   procedure Open (X : Integer) is\n   begin\n      null;\n   end "
       "Open;\n"
       "end Pool;\n",
       {"1-6 module Pool", "2-5 function Pool.Open"}},
      {"objc",
       "@implementation Cart\n\n- (void)add:(int)x {\n    [self log:@\"}\"];\n}\n\n@end\n\n"
       "@protocol Priced <NSObject>\n- (int)price;\n@end\n",
       {"1-7 impl Cart", "3-5 method Cart.add", "9-11 interface Priced",
        "10-10 method Priced.price"}},
      {"cuda",
       "__global__ void scale(float* x, int n) {\n  x[0] = n;\n}\n",
       {"1-3 function scale"}},
      {"solidity",
       "contract Pool is Base {\n    function open(uint x) public {\n    }\n}\n",
       {"1-4 class Pool", "2-3 method Pool.open"}},
      {"protobuf",
       "package net;\nmessage Pool {\n  int32 a = 1;\n}\nservice S {\n  rpc Open(A) returns "
       "(B);\n}\n",
       {"2-4 struct Pool", "5-7 interface S", "6-6 method S.Open"}},
      {"verilog", "module pool(input a);\n  wire b;\nendmodule\n", {"1-3 class pool"}},
      {"cmake",
       "function(open_pool name)\n  if(a)\n  endif()\nendfunction()\n",
       {"1-4 function open_pool"}},
  };
  for (const Sample& sample : samples) {
    EXPECT_EQ(scanned(sample.text, sample.language), sample.names) << sample.language;
  }
}

TEST(Outline, ProseAndCallsAreNoDefinitions) {
  EXPECT_EQ(scanned("class of 2020\nmodule is here\ndef\nclass foo\n", "ruby"), Names{});
  EXPECT_EQ(scanned("<p>\nclass of 2020 people\nfunction of time\ninterface with me\n", "php"),
            Names{});
  EXPECT_EQ(scanned("class = 3;\nrecord.Add(1);\nreturn Foo(1);\nFoo(1) {\n", "csharp"), Names{});
  EXPECT_EQ(scanned("fun facts (none)\nobject.foo()\nclass.java\n", "swift"), Names{});
}

TEST(Outline, StringThatSpansLinesDoesNotEndItsFunction) {
  EXPECT_EQ(scanned("module A\n  def sql\n    x = \"select\nfrom\n  b\"\n    y\n  end\n\n  def b\n "
                    " end\nend\n",
                    "ruby"),
            (Names{"1-11 module A", "2-7 method A.sql", "9-10 method A.b"}));
}

TEST(Outline, BraceThatIsNeverClosedHurtsOnlyItsFunction) {
  EXPECT_EQ(
      scanned("<?php\nfunction a() {\n  if (x) {\n  y();\n\nfunction b() {\n  z();\n}\n", "php"),
      (Names{"2-4 function a", "6-8 function b"}));
}

TEST(Outline, CarriageReturnsAndTabsChangeNothing) {
  std::string text;
  for (const char c : kRuby) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }
  EXPECT_EQ(scanned(text, "ruby"), scanned(kRuby, "ruby"));
  EXPECT_EQ(scanned("class A\n\tdef b\n\t\tc\n\tend\nend\n", "ruby"),
            (Names{"1-5 class A", "2-4 method A.b"}));
}

TEST(Outline, EmptyAndUnknown) {
  EXPECT_EQ(scanned("", "ruby"), Names{});
  EXPECT_EQ(scanned("\n\n", "php"), Names{});
  EXPECT_FALSE(scan_outline("def a\nend\n", "klingon"));
}

TEST(Outline, HostileTextTakesLinearTime) {
  for (const std::string_view piece : {"a",
                                       "\"",
                                       "'",
                                       "/*",
                                       "<<A ",
                                       "<<A\n",
                                       "class A ",
                                       "def a(\n",
                                       "public int a(\n",
                                       "{",
                                       "(*",
                                       "fun <",
                                       "[A",
                                       "@a(",
                                       "\"\"\"",
                                       "a :: ",
                                       "name() {",
                                       "(def (",
                                       "  class A {\n",
                                       "= "}) {
    std::string text;
    while (text.size() < (std::size_t{1} << 18)) {
      text += piece;
    }
    for (const std::string& language : outline_languages()) {
      ASSERT_TRUE(scan_outline(text, language)) << piece << language;
    }
  }
}

TEST(Outline, ChunksAreNamed) {
  EXPECT_EQ(outline(kRuby, "ruby", "net/pool.rb"), (Names{
                                                       "1-2",
                                                       "4-8 class Net::Pool",
                                                       "10-19 constructor Net::Pool.initialize",
                                                       "21-21 method Net::Pool.default",
                                                       "23-29 method Net::Pool.empty?",
                                                       "31-33 method Net::Pool.size=",
                                                       "35-37 method Net::Pool.==",
                                                       "39-46 method Net::Pool.open",
                                                       "48-49 method Net.helper",
                                                   }));
}

TEST(Outline, MembersAreMinorNames) {
  constexpr std::string_view kText = R"(namespace Shop {
    public delegate int Combine(int a, int b);
    public class Opt {
        public const int MaxTries = 3;
        private readonly Dictionary<string, int[]> _all = new();
        public string Title { get; set; }
        public int Count => _all.Count;
        public void Run() {
            int local = 1;
        }
        public static Opt operator +(Opt a, Opt b) => a;
    }
    public enum State {
        Open = 1,
        [Obsolete] Shut, Gone
    }
})";
  EXPECT_EQ(scanned(kText, "csharp"),
            (Names{"2-2 type Combine", "3-12 class Opt", "4-4 constant Opt.MaxTries",
                   "5-5 field Opt._all", "6-6 field Opt.Title", "7-7 field Opt.Count",
                   "8-10 method Opt.Run", "11-11 method Opt.operator +", "13-16 enum State",
                   "14-14 constant State.Open", "15-15 constant State.Shut",
                   "15-15 constant State.Gone"}));
  EXPECT_TRUE(symbol_named("Opt.Title", kText, "csharp").is_minor);
  EXPECT_FALSE(symbol_named("Opt.Run", kText, "csharp").is_minor);
}

TEST(Outline, RubyMembersAreMinorNames) {
  EXPECT_EQ(scanned("class A\n  MAX = 3\n  attr_reader :owner, :name\n  alias old new\n"
                    "  Point = Struct.new(:x)\n  def +(other)\n    same == other\n  end\nend\n",
                    "ruby"),
            (Names{"1-9 class A", "2-2 constant A::MAX", "3-3 method A.owner", "3-3 method A.name",
                   "4-4 method A.old", "5-5 constant A::Point", "6-8 method A.+"}));
}

TEST(Outline, FormsWithMoreThanAWordBeforeTheName) {
  EXPECT_EQ(scanned("<?php\nclass A {\n    public function &items() {\n    }\n}\n", "php"),
            (Names{"2-5 class A", "3-4 method A::items"}));
  EXPECT_EQ(scanned("extern \"c\" fn getpid() c_int;\n", "zig"), Names{"1-1 function getpid"});
  EXPECT_EQ(scanned("message Big\n{\n  oneof kind {\n    int32 a = 1;\n  }\n}\n", "protobuf"),
            (Names{"1-6 struct Big", "3-3 union Big.kind"}));
  EXPECT_EQ(scanned("mixin Walks on Animal {\n  int get area => 1;\n}\n", "dart"),
            (Names{"1-3 class Walks", "2-2 method Walks.area"}));
  EXPECT_EQ(scanned("query GetUser($id: ID!) {\n  user { id }\n}\n", "graphql"),
            (Names{"1-3 function GetUser"}));
  EXPECT_EQ(scanned("(<+>) :: Int -> Int\n", "haskell"), Names{"1-1 function <+>"});
}

TEST(Outline, SqlTakesNamesInBracketsAndNoAlterations) {
  EXPECT_EQ(scanned("CREATE TABLE [dbo].[Users] (id int);\nALTER TABLE t ADD x int;\n"
                    "CREATE DEFINER=`a`@`b` PROCEDURE p()\nBEGIN\nEND;\n"
                    "CREATE OR ALTER VIEW v AS SELECT 1;\nCREATE SEQUENCE s;\n",
                    "sql"),
            (Names{"1-1 struct dbo.Users", "3-5 function p", "6-6 class v", "7-7 constant s"}));
}

}  // namespace
}  // namespace quire::chunking
