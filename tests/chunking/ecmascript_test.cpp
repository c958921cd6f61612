#ifdef QUIRE_GRAMMARS

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

TEST(JavaScript, FunctionsOfEveryShapeAreNamed) {
  constexpr std::string_view kText = R"(
const add = (a, b) => { return a + b; };
var old = function () {};
function* generate() { yield 2; }
async function wait() {}
export default function main() {}
exports.f = function (a) { return a; };
module.exports.g = async (a) => a;
exports.h = exports.i = function () {};
Server.prototype.stop = function () {};
window.Tool = class { run() {} };
)";
  EXPECT_EQ(symbols(kText, "javascript"),
            (Outline{"function add", "function old", "function generate", "function wait",
                     "function main", "function f", "function g", "function i",
                     "method Server.stop", "class Tool", "method Tool.run"}));
}

TEST(JavaScript, ImportsAreNoSymbols) {
  EXPECT_EQ(
      symbols("const fs = require('fs');\nimport a from 'b';\nlet count = 0;\n", "javascript"),
      (Outline{"variable count"}));
}

TEST(JavaScript, FunctionsOfObjectsAreQualified) {
  constexpr std::string_view kText = R"(
module.exports = {
  start() { return 1; },
  stop: function () { return 2; },
  deep: { inner: () => { return 1; } },
  'quoted-name': () => 1,
  limit: 3,
};
const api = {
  go(x) { return x; },
};
)";
  EXPECT_EQ(symbols(kText, "javascript"),
            (Outline{"function start", "function stop", "function deep.inner",
                     "function quoted-name", "constant api", "function api.go"}));
}

TEST(JavaScript, ClassIsCutIntoItsHeadAndMethods) {
  constexpr std::string_view kText = R"(import a from 'b';
import c from 'd';

const LIMIT = 3;

/**
 * A server.
 */
export class Server extends Base {
  #port = 1;
  static handle = (event) => {
    return event;
  };
  constructor(port) {
    super();
  }
  get size() { return 1; }
  async *start() {
    yield 1;
  }
}
)";
  EXPECT_EQ(outline(kText, "javascript"), (Outline{
                                              "1-4 constant LIMIT",
                                              "6-10 class Server",
                                              "11-13 method Server.handle",
                                              "14-16 constructor Server.constructor",
                                              "17-17 method Server.size",
                                              "18-21 method Server.start",
                                          }));
  EXPECT_EQ(named("Server", chunk(kText, "javascript", "")).signature,
            "export class Server extends Base");
}

TEST(JavaScript, LongWrapperIsLookedInto) {
  std::string text = "(function (root) {\n  function first() {\n    return 1;\n  }\n";
  for (int i = 0; i < 60; ++i) {
    text += "  root.x = " + std::to_string(i) + ";\n";
  }
  text += "  root.second = function () {\n    return 2;\n  };\n})(this);\n";
  EXPECT_EQ(symbols(text, "javascript"), (Outline{"function first", "function root.second"}));
}

TEST(JavaScript, UnnamedDefaultExportIsCalledDefault) {
  EXPECT_EQ(symbols("export default () => {\n  return 1;\n};\n", "javascript"),
            (Outline{"function default"}));
  EXPECT_EQ(symbols("export default class {\n  run() {}\n}\n", "javascript"),
            (Outline{"class default", "method default.run"}));
  EXPECT_EQ(symbols("export default { data() { return 1; } };\n", "javascript"),
            (Outline{"function data"}));
}

constexpr std::string_view kTypes = R"(
export interface Shape { area(): number; }
export type Pair<T> = [T, T];
export enum Color { Red, Green }
export abstract class Server<T> implements Shape {
  @Input() name: string;
  constructor(private readonly a: string) { super(); }
  abstract area(): number;
  handle = async (event: Event): Promise<void> => { return; };
}
declare module 'tools' { export function bar(a: string): void; }
namespace Net.Http { export function get(): void {} }
declare function ambient(a: number): string;
export const useThing = <T,>(a: T) => { return a; };
)";

TEST(TypeScript, DeclarationsHaveTheirKinds) {
  const Outline expected{
      "interface Shape",    "method Shape.area",    "type Pair",
      "enum Color",         "constant Color.Red",   "constant Color.Green",
      "class Server",       "field Server.name",    "constructor Server.constructor",
      "method Server.area", "method Server.handle", "module tools",
      "function tools.bar", "module Net.Http",      "function Net.Http.get",
      "function ambient",   "function useThing",
  };
  EXPECT_EQ(symbols(kTypes, "typescript"), expected);
  EXPECT_EQ(symbols(kTypes, "tsx"), expected);
}

TEST(TypeScript, DecoratorsBelongToWhatTheyDecorate) {
  constexpr std::string_view kText = R"(@Component({
  selector: 'x',
})
export class Panel {
  private open = false;
  private size = 1;

  @HostListener('click')
  toggle(): void {
    this.open = !this.open;
  }
}
)";
  EXPECT_EQ(outline(kText, "typescript"), (Outline{"1-6 class Panel", "8-12 method Panel.toggle"}));
  EXPECT_EQ(named("Panel.toggle", chunk(kText, "typescript", "")).signature, "toggle(): void");
}

TEST(Tsx, ComponentWithMarkupIsAFunction) {
  constexpr std::string_view kText = R"(export const Button = ({ label }: Props) => {
  return <button className="b">{label}</button>;
};
)";
  EXPECT_EQ(outline(kText, "tsx"), (Outline{"1-3 function Button"}));
}

TEST(JavaScript, FunctionsInFunctionsAndInCallsAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(function createStore(reducer) {
  let state = 1;
  function dispatch(action) {}
  if (state) {
    const getState = () => state;
  }
  return { dispatch, stop() {} };
}
const useStore = create((set) => ({
  count: 1,
  increase: () => set(1),
}));
const memoized = memo(function Panel(props) {
  const helper = 1;
});
class Box {
  static defaults = { size: 1 };
  #secret;
}
)";
  EXPECT_EQ(
      symbols(kText, "javascript"),
      (Outline{"function createStore", "function createStore.dispatch",
               "function createStore.getState", "function createStore.stop", "constant useStore",
               "function useStore.increase", "constant memoized", "function memoized.Panel",
               "class Box", "field Box.defaults", "field Box.#secret"}));
  EXPECT_EQ(outline(kText, "javascript"),
            (Outline{"1-8 function createStore", "9-12 constant useStore",
                     "13-15 constant memoized", "16-19 class Box"}));
}

TEST(TypeScript, MembersOfInterfacesAndTypesAreFound) {
  constexpr std::string_view kText = R"(
interface Repo {
  find(id: string): Promise<void>;
  readonly size: number;
  deep: { inner(): void };
}
type Options = { retry(): void } & { limit: number };
enum Method { Get, Post = 'POST' }
class Pool {
  static readonly MAX = 3;
  private size?: number;
}
const api = {
  two() {},
} satisfies Foo;
)";
  EXPECT_EQ(symbols(kText, "typescript"),
            (Outline{"interface Repo", "method Repo.find", "field Repo.size", "field Repo.deep",
                     "method Repo.deep.inner", "type Options", "method Options.retry",
                     "field Options.limit", "enum Method", "constant Method.Get",
                     "constant Method.Post", "class Pool", "constant Pool.MAX", "field Pool.size",
                     "constant api", "function api.two"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
