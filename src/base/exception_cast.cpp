// src/base/exception_cast.cpp
//
// Looking into an exception_ptr, and exceptions in words.

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include <overlap/base/exception_cast.hpp>

namespace overlap {

namespace {

/// The name of the type that is being handled, as one would write it.
std::string current_type_name() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "an exception of another language";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  std::string name = demangled != nullptr ? demangled.get() : type->name();

  // std::throw_with_nested throws a type of its own, with the user's as its base.
  constexpr std::string_view wrapper = "std::_Nested_exception<";
  if (name.starts_with(wrapper) && name.ends_with('>')) {
    name = name.substr(wrapper.size(), name.size() - wrapper.size() - 1);
  }
  return name;
}

std::string with_text(std::string name, std::string_view text) {
  if (!text.empty()) name.append(": ").append(text);
  return name;
}

std::string describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    std::string text = with_text(current_type_name(), error.what());
    const auto* nested = dynamic_cast<const std::nested_exception*>(&error);
    if (nested != nullptr && nested->nested_ptr() != nullptr) {
      text.append("\ncaused by ").append(describe(nested->nested_ptr()));
    }
    return text;
  } catch (const std::string& text) {
    return with_text("std::string", text);
  } catch (const char* text) {
    return with_text("const char*", text != nullptr ? text : "");
  } catch (...) {
    return current_type_name();
  }
}

}  // namespace

#ifdef __GLIBCXX__
const void* detail::find_in_exception(const std::exception_ptr& exception,
                                      const std::type_info& type) noexcept {
  // What C++26's exception_ptr_cast does in libstdc++: an exception_ptr is one pointer to the object, and
  // type_info::__do_catch is the question that a catch clause asks. It moves the pointer to the base.
  static_assert(sizeof(std::exception_ptr) == sizeof(void*));
  void* object = nullptr;
  std::memcpy(&object, &exception, sizeof(object));
  return type.__do_catch(exception.__cxa_exception_type(), &object, 1) ? object : nullptr;
}
#endif

shared_text describe_exception(const std::exception_ptr& exception) {
  if (exception == nullptr) return "no exception";
  return describe(exception);
}

}  // namespace overlap
