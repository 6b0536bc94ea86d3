// The one exception type for what a user can put right: a file, a flag, a shape, a value.
//
// Programmers' mistakes are asserts, not Errors. The library never prints and never exits; the program turns an Error
// into one line and an exit code.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>

namespace fovea {

enum class ErrorKind {
  failed = 1,        // the work itself failed: a loss that is not finite, some of many inputs bad
  usage = 2,         // a name, option, shape or value that cannot be
  file = 3,          // a file, folder or its content cannot be used
  interrupted = 130  // stopped by Ctrl-C, after saving
};

// Reads "WHERE: WHAT (got VALUE, expected …)": `where` names the file, layer or option, `what` is a sentence without a
// full stop that says the value received and what was expected.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string where, std::string what)
      : kind_(kind), where_(std::move(where)), what_(std::move(what)), line_(where_ + ": " + what_) {}

  ErrorKind kind() const { return kind_; }
  const std::string& where() const { return where_; }
  const std::string& message() const { return what_; }
  const char* what() const noexcept override { return line_.c_str(); }

  // More lines for the reader (a table of mismatches), printed indented below the first.
  const std::string& details() const { return details_; }
  Error& with_details(std::string details) {
    details_ = std::move(details);
    return *this;
  }

 private:
  ErrorKind kind_;
  std::string where_, what_, line_, details_;
};

template <class... Args>
[[nodiscard]] Error usage_error(std::string where, fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::usage, std::move(where), fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[nodiscard]] Error file_error(std::string where, fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::file, std::move(where), fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[nodiscard]] Error failed_error(std::string where, fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::failed, std::move(where), fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace fovea
