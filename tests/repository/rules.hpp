// tests/repository/rules.hpp
//
// The rules that the project's files keep. Each reads a tree and answers with what breaks it; none prints or
// asserts, so each can be tried on planted files (tests/repository/*_test.cpp) and on the project
// (repository_test.cpp).
//
// Threads: one only.
#pragma once

#include <vector>

#include "repository/source_tree.hpp"

namespace overlap::repository {

using violations = std::vector<violation>;

// include_rules.cpp

/// Every #include points along cmake/modules.txt: from a module only to those it may include.
violations includes_follow_the_modules(const source_tree& tree);
/// Public headers are included as <overlap/…>, private ones as "module/…", and the latter only in src and
/// tests.
violations includes_have_the_right_form(const source_tree& tree);
/// Nothing under include/ and src/ outside src/platform talks to the system or reads a real clock.
violations system_stays_in_platform(const source_tree& tree);
/// Public headers leave out the standard headers that cost every user a lot of compile time.
violations public_headers_are_cheap(const source_tree& tree);

// size_rules.cpp

/// No file over 400 lines, no public header over 300.
violations files_are_short(const source_tree& tree);
/// No function over 70 lines, tests aside.
violations functions_fit_a_screen(const source_tree& tree);
/// No line over 110 characters in C++ sources.
violations lines_are_short(const source_tree& tree);

// text_rules.cpp

/// No reminder of unfinished work is left in a file.
violations no_markers(const source_tree& tree);
/// The library prints nothing to standard output and never exits.
violations library_is_silent(const source_tree& tree);
/// Tests do not sleep on the real clock; those of tests/integration, whose peers are real, may.
violations tests_do_not_sleep(const source_tree& tree);
/// No header has a using-directive.
violations headers_use_no_namespace(const source_tree& tree);
/// Every public header documents its main type, or, if it has none of its name, something.
violations public_types_are_documented(const source_tree& tree);

// project_rules.cpp

/// Every C++ source is named by a CMakeLists.txt in its folder or above.
violations sources_are_built(const source_tree& tree);
/// Every markdown page has exactly one title.
violations pages_have_one_title(const source_tree& tree);
/// Every relative link of a markdown page leads somewhere.
violations links_lead_somewhere(const source_tree& tree);
/// Every page in docs/decisions is listed in its README.md, or in docs/README.md.
violations decisions_are_listed(const source_tree& tree);
/// Every `./dev verb` that a page shows exists.
violations shown_verbs_exist(const source_tree& tree);

// exceptions.cpp

/// `found` without what tests/repository/exceptions.txt allows (lines of `rule path: reason`); an exception
/// that allows nothing, or gives no reason, is a violation itself.
violations without_exceptions(const source_tree& tree, std::string_view rule, violations found);

}  // namespace overlap::repository
