#include "tests/harness/quotes.h"

#include <algorithm>
#include <sstream>

namespace fovea {

std::vector<std::string> quotes_in(const std::string& page, const std::string& language) {
  std::vector<std::string> quotes;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line != "```" + language) continue;
    std::string code;
    while (std::getline(lines, line) && line != "```") code += line + "\n";
    quotes.push_back(code);
  }
  return quotes;
}

std::string unindented(const std::string& text) {
  std::string plain;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty()) plain += line + "\n";
  }
  return plain;
}

}  // namespace fovea
