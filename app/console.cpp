#include "app/console.h"

#include <cerrno>
#include <cstring>

#include "app/terminal.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

int print_failed = 0;  // why the first piece that stdout did not take was not taken

}  // namespace

void Console::say(const std::string& line) { std::fputs((one_line(line) + "\n").c_str(), stderr); }

void print_error(const Error& error) {
  const bool colour = can_colour(stderr);
  std::string text =
      fmt::format("fovea: {}error:{} {}\n", colour ? "\x1b[31m" : "", colour ? "\x1b[0m" : "", one_line(error.what()));
  const std::string& details = error.details();
  for (size_t begin = 0; begin < details.size();) {
    const size_t end = std::min(details.find('\n', begin), details.size());
    text += "  " + one_line(details.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  std::fputs(text.c_str(), stderr);
}

void print(const std::string& text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() && print_failed == 0) print_failed = errno;
}

void print_json(const Json& json) { print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"); }

void flush_results() {
  if (print_failed == 0 && std::fflush(stdout) != 0) print_failed = errno;
  // Who reads no further has what is wanted.
  if (print_failed != 0 && print_failed != EPIPE)
    throw file_error("stdout", "cannot write: {}", std::strerror(print_failed));
}

}  // namespace fovea::app
