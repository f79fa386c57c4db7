// tests/repository/cpp_text.hpp
//
// Just enough reading of C++ for the rules: what is code and what is not, and where functions begin and end.
// No parser: the project's own layout (clang-format) is what makes this enough.
//
// Threads: one only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlap::repository {

/// True for what may stand in a name.
bool is_word_character(char character);

/// `text` with comments and the insides of string and character literals replaced by blanks. Lines and
/// columns stay where they are.
std::string without_comments_and_literals(std::string_view text);

/// A function definition: what stands between its first and its last line.
struct function_extent {
  std::string name;  ///< the text before its parameters, as written
  int first_line;    ///< where its declaration begins, from 1
  int last_line;     ///< of its closing brace
};

/// The functions that `code` (without comments and literals) defines in namespaces and classes. What is
/// inside a function, lambdas and local classes, counts as part of it.
std::vector<function_extent> functions_of(std::string_view code);

/// A class, struct, union, enum or concept defined directly in a namespace.
struct type_definition {
  std::string name;
  int line;           ///< where its declaration begins, with its `template` line
  bool is_in_detail;  ///< in a namespace called detail, or one without a name
};

/// The types that `code` (without comments and literals) defines in namespaces; no declarations, no
/// specializations.
std::vector<type_definition> types_of(std::string_view code);

}  // namespace overlap::repository
