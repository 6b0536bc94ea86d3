// Writes SVG pictures: elements, attributes, escaping. Knows nothing of what is drawn.
//
//   Svg svg({.width = 100, .height = 50, .title = "Two lines", .description = "…"});
//   svg.element("path", {{"class", "line"}, {"d", "M0 0L100 50"}});
//   return svg.finish();
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

// Text made safe for an element or an attribute: & < > " ' escaped, what XML cannot hold (control characters, bytes
// that are not UTF-8) replaced by U+FFFD.
std::string xml_escaped(std::string_view text);

// Coordinates as the file shows them: at most two decimals, no trailing zeros, "-0" as "0". Finite.
std::string svg_number(double value);

// An attribute's value: text or number.
struct SvgValue {
  SvgValue(const char* value) : text(value) {}             // NOLINT(google-explicit-constructor)
  SvgValue(std::string value) : text(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  SvgValue(double value) : text(svg_number(value)) {}      // NOLINT(google-explicit-constructor)
  SvgValue(int value) : text(std::to_string(value)) {}     // NOLINT(google-explicit-constructor)
  std::string text;
};

struct SvgAttribute {
  std::string_view name;
  SvgValue value;
};
using SvgAttributes = std::initializer_list<SvgAttribute>;

struct SvgOptions {
  double width = 0, height = 0;
  std::string title{}, description{};  // what a screen reader says
  std::string style{};                 // CSS, written as it is
};

class Svg {
 public:
  explicit Svg(const SvgOptions& options);

  // An element without children, or with a text, or with a `<title>` (what browsers show under the pointer).
  void element(std::string_view tag, SvgAttributes attributes);
  void text(double x, double y, std::string_view text, SvgAttributes attributes = {});
  void titled(std::string_view tag, SvgAttributes attributes, std::string_view title);

  void open(std::string_view tag, SvgAttributes attributes = {});
  void close();

  // The whole file; every element opened has been closed.
  std::string finish();

 private:
  void begin(std::string_view tag, SvgAttributes attributes);

  std::string out_;
  std::vector<std::string> open_;
};

// Colours that all pictures share, for light pages and dark ones: classes "paper" (the background), "ink", "faint"
// (titles of axes, notes), "rule" (grid lines).
std::string_view svg_theme();

}  // namespace fovea
