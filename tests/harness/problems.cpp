#include "tests/harness/problems.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "fovea/base/error.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

// "i32x16" -> "i", {32, 16}; "same" -> "same", {}.
std::pair<std::string, std::vector<int64_t>> parse_token(const std::string& token) {
  const size_t digits = std::min(token.find_first_of("0123456789"), token.size());
  std::vector<int64_t> numbers;
  for (size_t at = digits; at < token.size();) {
    size_t used = 0;
    numbers.push_back(std::stoll(token.substr(at), &used));
    at += used;
    if (at == token.size()) break;
    const std::string rest = token.substr(at);
    at += rest.starts_with("->") ? 2 : rest.starts_with("x") ? 1 : 0;
    if (at == token.size() || !std::isdigit(static_cast<unsigned char>(token[at])))
      throw file_error("problems", "numbers are joined by x or -> (got {})", token);
  }
  return {token.substr(0, digits), numbers};
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

int64_t Problem::size(const std::string& letter, size_t place, int64_t missing) const {
  const auto found = sizes.find(letter);
  if (found == sizes.end()) return missing;
  return found->second.at(found->second.size() == 1 ? 0 : place);
}

Problem parse_problem(std::string_view line) {
  Problem problem;
  std::istringstream tokens{std::string(line.substr(0, line.find('#')))};
  if (!(tokens >> problem.name)) throw file_error("problems", "a problem begins with its name (got an empty line)");
  problem.line = problem.name;
  for (std::string token; tokens >> token;) {
    problem.line += " " + token;
    auto [letter, numbers] = parse_token(token);
    const bool is_new = numbers.empty() ? problem.words.insert(letter).second
                                        : problem.sizes.emplace(letter, std::move(numbers)).second;
    if (!is_new || letter.empty()) throw file_error("problems", "{} is given once, with a letter", token);
  }
  return problem;
}

std::vector<Problem> problems(const std::string& name) {
  const std::string path = source_tree("bench/problems/" + name + ".txt");
  std::ifstream file(path);
  if (!file) throw file_error(path, "cannot be read");
  std::vector<Problem> all;
  for (std::string line; std::getline(file, line);)
    if (line.find_first_not_of(" \t") < line.find('#')) all.push_back(parse_problem(line));
  if (all.empty()) throw file_error(path, "holds no problems");
  return all;
}

kernels::ConvProblem conv_problem(const Problem& problem) {
  kernels::ConvProblem p{.n = problem.size("n"),
                         .ic = problem.size("c", 0),
                         .ih = problem.size("i", 0),
                         .iw = problem.size("i", 1),
                         .oc = problem.size("c", 1),
                         .kh = problem.size("k", 0),
                         .kw = problem.size("k", 1),
                         .sh = problem.size("s", 0),
                         .sw = problem.size("s", 1),
                         .dh = problem.size("d", 0),
                         .dw = problem.size("d", 1),
                         .pt = problem.size("p", 0, 0),
                         .pb = problem.size("p", 1, 0),
                         .pl = problem.size("p", 2, 0),
                         .pr = problem.size("p", 3, 0),
                         .groups = problem.size("g")};
  const int64_t window_h = (p.kh - 1) * p.dh + 1, window_w = (p.kw - 1) * p.dw + 1;
  if (problem.is("same")) {
    // Keras: ceil(size / stride) outputs; of the padding this takes, the smaller half comes before.
    const int64_t h = std::max<int64_t>(0, (ceil_div(p.ih, p.sh) - 1) * p.sh + window_h - p.ih);
    const int64_t w = std::max<int64_t>(0, (ceil_div(p.iw, p.sw) - 1) * p.sw + window_w - p.iw);
    p.pt = h / 2, p.pb = h - h / 2, p.pl = w / 2, p.pr = w - w / 2;
  }
  p.oh = (p.ih + p.pt + p.pb - window_h) / p.sh + 1;
  p.ow = (p.iw + p.pl + p.pr - window_w) / p.sw + 1;
  return p;
}

kernels::DenseProblem dense_problem(const Problem& problem) {
  return {.n = problem.size("n"), .in = problem.size("c", 0), .out = problem.size("c", 1)};
}

}  // namespace fovea
