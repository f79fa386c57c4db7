// tests/repository/cpp_text_test.cpp
#include "repository/cpp_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/planted.hpp"

namespace overlap::repository {
namespace {

using testing::ElementsAre;
using testing::Field;

TEST(WithoutComments, BlanksThemAndKeepsLinesAndColumns) {
  EXPECT_EQ(without_comments_and_literals("a // b\nc"), "a     \nc");
  EXPECT_EQ(without_comments_and_literals("a /* b\nc */ d"), "a     \n     d");
}

TEST(WithoutComments, BlanksTheInsidesOfLiterals) {
  EXPECT_EQ(without_comments_and_literals(R"(f("a // b", 'c');)"), R"(f("      ", ' ');)");
  EXPECT_EQ(without_comments_and_literals(R"(f("a\"b") + g;)"), R"(f("    ") + g;)");
}

TEST(WithoutComments, KnowsRawStrings) {
  EXPECT_EQ(without_comments_and_literals("a R\"x(\" // )x\" b"), "a " + std::string(13, ' ') + "b");
}

TEST(WithoutComments, TakesADigitSeparatorForNoLiteral) {
  EXPECT_EQ(without_comments_and_literals("1'000'000 + 'x'"), "1'000'000 + ' '");
  EXPECT_EQ(without_comments_and_literals("u8'a' + 1"), "u8' ' + 1");
}

auto function(const std::string& name, int first, int last) {
  return testing::AllOf(Field(&function_extent::name, name), Field(&function_extent::first_line, first),
                        Field(&function_extent::last_line, last));
}

TEST(FunctionsOf, FindsThemInNamespacesAndClasses) {
  const char* code =
      "namespace a {\n"
      "int first(int x) {\n  if (x) {\n    return 1;\n  }\n  return 0;\n}\n"
      "class b : public c {\n public:\n  void second() const noexcept { third(); }\n  int d = 3;\n};\n"
      "}  \n";
  EXPECT_THAT(functions_of(code), ElementsAre(function("int first", 2, 7), function("void second", 10, 10)));
}

TEST(FunctionsOf, BeginsWhereTheDeclarationBegins) {
  const char* code =
      "template <class T>\n  requires big<T>\nauto f(T a,\n       T b = {})\n    -> int {\n  return 1;\n}\n";
  EXPECT_THAT(functions_of(code), ElementsAre(Field(&function_extent::first_line, 1)));
  EXPECT_THAT(functions_of(code), ElementsAre(Field(&function_extent::last_line, 7)));
}

TEST(FunctionsOf, TakesMemberInitializersForPartOfTheConstructor) {
  const char* code = "queue::queue(int n)\n    : size_{n},\n      items_(n) {\n  fill();\n}\n";
  EXPECT_THAT(functions_of(code), ElementsAre(function("queue::queue", 1, 5)));
}

TEST(FunctionsOf, CountsLambdasAndLocalClassesAsPartOfTheirFunction) {
  const char* code =
      "void f() {\n  auto g = [](int x) {\n    return x;\n  };\n  struct local {\n    void h() {}\n  };\n}\n";
  EXPECT_THAT(functions_of(code), ElementsAre(function("void f", 1, 8)));
}

TEST(FunctionsOf, PassesTablesEnumsAndDirectives) {
  const char* code =
      "#define BEGIN(x) \\\n  {\nenum class color { red };\nconst int table[] = {1, 2};\nextern \"C\" {\nint "
      "main() {\n}\n}\n";
  EXPECT_THAT(functions_of(code), ElementsAre(function("int main", 6, 7)));
}

auto type(const std::string& name, int line, bool is_in_detail) {
  return testing::AllOf(Field(&type_definition::name, name), Field(&type_definition::line, line),
                        Field(&type_definition::is_in_detail, is_in_detail));
}

TEST(TypesOf, FindsDefinitionsInNamespacesOnly) {
  const char* code =
      "namespace a {\nclass forward;\nnamespace detail {\nstruct hidden {};\n}\n"
      "template <class T>\nclass [[nodiscard]] box final : base<T> {\n  struct inner {};\n};\n"
      "template <>\nstruct box<int> {};\nenum class color { red };\n}\n";
  EXPECT_THAT(types_of(code),
              ElementsAre(type("hidden", 4, true), type("box", 6, false), type("color", 12, false)));
}

TEST(FunctionsOf, TakesAClassForNoneWhateverStandsInItsName) {
  const char* code =
      "template <class R, class... A>\nclass function<R(A...)> {\n  int f() { return 1; }\n};\n"
      "struct [[deprecated(1)]] old {\n};\nstruct alignas(64) line {\n};\nclass tag : base<int(int)> {\n};\n";
  EXPECT_THAT(functions_of(code), ElementsAre(function("int f", 3, 3)));
}

TEST(TypesOf, TakesAFunctionThatReturnsAStructForNone) {
  EXPECT_THAT(types_of("struct stat read_it(int fd) {\n}\n"), ElementsAre());
}

}  // namespace
}  // namespace overlap::repository
