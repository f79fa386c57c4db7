// tests/repository/cpp_text.cpp
#include "repository/cpp_text.hpp"

#include <cctype>
#include <cstddef>
#include <utility>

namespace overlap::repository {

bool is_word_character(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

namespace {

// Blanks the parts of a text that are no code, one after the other.
class blanker {
 public:
  explicit blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts_with("//"))
        blank_until("\n", 0);
      else if (starts_with("/*"))
        blank_until("*/", 2);
      else if (starts_with("R\"") && (at_ == 0 || !is_word_character(text_[at_ - 1])))
        blank_raw_string();
      else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_digit_separator()))
        blank_literal(text_[at_]);
      else
        ++at_;
    }
    return std::move(text_);
  }

 private:
  bool starts_with(std::string_view prefix) const {
    return std::string_view(text_).substr(at_).starts_with(prefix);
  }

  // 1'000: the quote stands in a word that begins with a digit.
  bool is_digit_separator() const {
    std::size_t begin = at_;
    while (begin > 0 && (is_word_character(text_[begin - 1]) || text_[begin - 1] == '\'')) --begin;
    return begin < at_ && std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  void blank_to(std::size_t end) {
    for (; at_ < end && at_ < text_.size(); ++at_)
      if (text_[at_] != '\n') text_[at_] = ' ';
  }

  // Up to `end`, and `more` characters of it.
  void blank_until(std::string_view end, std::size_t more) {
    const std::size_t found = text_.find(end, at_ + more);
    blank_to(found == text_.npos ? text_.size() : found + more);
  }

  void blank_raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == text_.npos) return blank_to(text_.size());
    const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    blank_until(close, close.size());
  }

  // The quotes stay, so that what remains still looks like an expression.
  void blank_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    ++at_;
    blank_to(end);
    ++at_;
  }

  std::string text_;
  std::size_t at_ = 0;
};

enum class scope { namespace_, detail_namespace, type, function, other };

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_character(text[at - 1])) &&
        (end == text.size() || !is_word_character(text[end])))
      return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// `template <class T> requires (…)` taken away: its `class` and its parentheses mean something else.
std::string_view without_template_head(std::string_view head) {
  head = trimmed(head);
  while (head.starts_with("template")) {
    std::size_t at = head.find('<');
    if (at == head.npos) return head;
    int depth = 0;
    for (; at < head.size(); ++at) {
      if (head[at] == '<') ++depth;
      if (head[at] == '>' && --depth == 0) break;
    }
    head = trimmed(head.substr(at == head.size() ? at : at + 1));
  }
  if (!head.starts_with("requires")) return head;
  for (std::string_view word : {" class ", " struct ", " union "})
    if (const std::size_t at = head.find(word); at != head.npos) return head.substr(at + 1);
  return head;
}

// `queue() : waiters_{…`: the brace after a member's name in the list of a constructor opens its value, not a
// body.
bool is_in_member_list(std::string_view declaration) {
  if (!is_word_character(declaration.back())) return false;
  for (std::size_t at = declaration.find(')'); at < declaration.size(); ++at) {
    if (declaration[at] != ':') continue;
    if (at + 1 < declaration.size() && declaration[at + 1] == ':')
      ++at;
    else
      return true;
  }
  return false;
}

// Walks through the braces of a text and tells its visitor what each of them opens.
class brace_walk {
 public:
  explicit brace_walk(std::string_view code) : code_(code) {}

  void run() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      const char character = code_[at];
      if (character == '\n') ++line_;
      if (character == '#' && trimmed(head_).empty()) {
        at = skip_directive(at);
      } else if (character == '(' || character == ')') {
        parentheses_ += character == '(' ? 1 : -1;
        grow_head(character);
      } else if (parentheses_ > 0) {
        grow_head(character);  // `for (;;)`, default arguments and lambdas in them end nothing
      } else if (character == '{') {
        open();
      } else if (character == '}') {
        close();
      } else if (character == ';') {
        head_.clear();
      } else {
        grow_head(character);
      }
    }
  }

  std::vector<function_extent> functions;
  std::vector<type_definition> types;

 private:
  struct frame {
    scope kind;
    std::size_t function;  // its place in `functions`, for scope::function
    std::string head;      // what stood before the brace, for scope::other: a list goes on behind it
    int head_line;
  };

  // A preprocessor line, with those it continues on.
  std::size_t skip_directive(std::size_t at) {
    while (at < code_.size() && (code_[at] != '\n' || code_[at - 1] == '\\')) {
      if (code_[at] == '\n') ++line_;
      ++at;
    }
    if (at < code_.size()) ++line_;
    return at;
  }

  void grow_head(char character) {
    const bool is_space = std::isspace(static_cast<unsigned char>(character)) != 0;
    if (head_.empty()) {
      if (is_space) return;
      head_line_ = line_;
    }
    // An access label or a case label is no part of the declaration behind it.
    if (character == ':' && (head_ == "public" || head_ == "private" || head_ == "protected"))
      head_.clear();
    else
      head_ += is_space ? ' ' : character;
  }

  scope inside() const { return frames_.empty() ? scope::namespace_ : frames_.back().kind; }

  scope kind_of(std::string_view head) const {
    if (inside() == scope::function || inside() == scope::other) return scope::other;
    const std::string_view declaration = without_template_head(head);
    if (has_word(declaration, "namespace")) {
      const std::string_view name = trimmed(declaration.substr(declaration.find("namespace") + 9));
      const bool is_hidden = name.empty() || has_word(name, "detail") || inside() == scope::detail_namespace;
      return is_hidden ? scope::detail_namespace : scope::namespace_;
    }
    if (declaration.starts_with("extern") && declaration.find('(') == declaration.npos)
      return scope::namespace_;  // extern "C" {
    const bool has_parameters = declaration.find(')') != declaration.npos;
    for (std::string_view word : {"class", "struct", "union", "enum"})
      if (declaration.starts_with(word) && !returns_a_type(declaration)) return scope::type;
    if (has_word(declaration, "concept")) return scope::other;
    const bool is_body = has_parameters && !declaration.ends_with('=') && !is_in_member_list(declaration);
    return is_body ? scope::function : scope::other;
  }

  // `struct stat read_it(int fd) {`: a function after all. An attribute, `alignas(…)`, a base list or the
  // arguments of a specialization (`class function<Result(Arguments...)> {`) are none.
  static bool returns_a_type(std::string_view declaration) {
    const std::size_t open = declaration.find('(');
    const std::size_t other = declaration.find_first_of(":<[");
    return open != declaration.npos && open < other && !has_word(declaration, "alignas");
  }

  void open() {
    frame opened{kind_of(head_), 0, head_, head_line_};
    if (opened.kind == scope::function) {
      opened.function = functions.size();
      const std::string_view declaration = without_template_head(head_);
      functions.push_back(
          {std::string(trimmed(declaration.substr(0, declaration.find('(')))), head_line_, line_});
    } else if (opened.kind == scope::type) {
      note_type(head_, "");
    } else if (inside() != scope::function && has_word(head_, "concept")) {
      note_type(head_, "concept");
    }
    frames_.push_back(std::move(opened));
    head_.clear();
  }

  void close() {
    head_.clear();
    if (frames_.empty()) return;
    const frame closed = std::move(frames_.back());
    frames_.pop_back();
    if (closed.kind == scope::function) functions[closed.function].last_line = line_;
    // `member_{1}, other_(2) {` and `values[] = {1, 2};`: the declaration goes on behind the list.
    if (closed.kind == scope::other && inside() != scope::function) {
      head_ = closed.head + "{}";
      head_line_ = closed.head_line;
    }
  }

  void note_type(std::string_view head, std::string_view keyword) {
    if (inside() == scope::type) return;
    std::string_view declaration = without_template_head(head);
    if (keyword.empty()) keyword = declaration.substr(0, declaration.find(' '));
    declaration = trimmed(declaration.substr(declaration.find(keyword) + keyword.size()));
    if (declaration.starts_with("class ")) declaration.remove_prefix(6);  // enum class
    while (declaration.starts_with("[["))
      declaration = trimmed(declaration.substr(declaration.find("]]") + 2));
    std::size_t end = 0;
    while (end < declaration.size() && is_word_character(declaration[end])) ++end;
    if (end == 0 || declaration.substr(end).starts_with('<') || declaration.substr(end).starts_with("::"))
      return;
    types.push_back(
        {std::string(declaration.substr(0, end)), head_line_, inside() == scope::detail_namespace});
  }

  std::string_view code_;
  std::string head_;  // what stands since the last `;`, `{` or `}`
  int head_line_ = 1;
  int line_ = 1;
  int parentheses_ = 0;
  std::vector<frame> frames_;
};

}  // namespace

std::string without_comments_and_literals(std::string_view text) { return blanker(text).run(); }

std::vector<function_extent> functions_of(std::string_view code) {
  brace_walk walk(code);
  walk.run();
  return std::move(walk.functions);
}

std::vector<type_definition> types_of(std::string_view code) {
  brace_walk walk(code);
  walk.run();
  return std::move(walk.types);
}

}  // namespace overlap::repository
