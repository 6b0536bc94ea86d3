// Code that a page of documentation quotes: tests compare it with the files that are built.
#pragma once

#include <string>
#include <vector>

namespace fovea {

// The fenced blocks of a language in a page of Markdown, without their fences: quotes_in(page, "cpp").
std::vector<std::string> quotes_in(const std::string& page, const std::string& language);

// The text with its lines' leading blanks taken off, and without empty lines: a quote may be indented otherwise.
std::string unindented(const std::string& text);

}  // namespace fovea
