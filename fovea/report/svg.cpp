#include "fovea/report/svg.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "fovea/report/text.h"

namespace fovea {

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\t':
      case '\n':
      case '\r':
        escaped += fmt::format("&#{};", static_cast<int>(c));
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          escaped += "\uFFFD";
        else if ((c == '\xBE' || c == '\xBF') && escaped.ends_with("\xEF\xBF"))
          escaped += '\xBD';  // U+FFFE and U+FFFF are none of XML's characters: U+FFFD
        else
          escaped += c;
    }
  }
  return escaped;
}

std::string svg_number(double value) {
  assert(std::isfinite(value) && "a coordinate is finite");
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

Svg::Svg(const SvgOptions& options) {
  open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
               {"viewBox", fmt::format("0 0 {} {}", svg_number(options.width), svg_number(options.height))},
               {"width", options.width},
               {"height", options.height},
               {"role", "img"},
               {"aria-labelledby", "title description"}});
  out_ += fmt::format("<title id=\"title\">{}</title>\n", xml_escaped(options.title));
  out_ += fmt::format("<desc id=\"description\">{}</desc>\n", xml_escaped(options.description));
  out_ += fmt::format("<style>\n{}{}</style>\n", svg_theme(), options.style);
  element("rect", {{"class", "paper"}, {"width", options.width}, {"height", options.height}});
}

void Svg::begin(std::string_view tag, SvgAttributes attributes) {
  out_ += fmt::format("<{}", tag);
  for (const SvgAttribute& attribute : attributes)
    out_ += fmt::format(" {}=\"{}\"", attribute.name, xml_escaped(attribute.value.text));
}

void Svg::element(std::string_view tag, SvgAttributes attributes) {
  begin(tag, attributes);
  out_ += "/>\n";
}

void Svg::text(double x, double y, std::string_view text, SvgAttributes attributes) {
  begin("text", attributes);
  out_ += fmt::format(" x=\"{}\" y=\"{}\">{}</text>\n", svg_number(x), svg_number(y), xml_escaped(text));
}

void Svg::titled(std::string_view tag, SvgAttributes attributes, std::string_view title) {
  begin(tag, attributes);
  out_ += fmt::format("><title>{}</title></{}>\n", xml_escaped(title), tag);
}

void Svg::open(std::string_view tag, SvgAttributes attributes) {
  begin(tag, attributes);
  out_ += ">\n";
  open_.emplace_back(tag);
}

void Svg::close() {
  assert(!open_.empty() && "an element to close");
  out_ += fmt::format("</{}>\n", open_.back());
  open_.pop_back();
}

std::string Svg::finish() {
  assert(open_.size() == 1 && "every element opened has been closed");
  close();
  return std::move(out_);
}

std::string_view svg_theme() {
  return "text{font-family:system-ui,\"Segoe UI\",Helvetica,Arial,sans-serif;font-size:12px}\n"
         ".paper{fill:#ffffff}.ink{fill:#1c2126}.faint{fill:#5b6670}.rule{stroke:#dde2e6;fill:none}\n"
         "@media (prefers-color-scheme:dark){\n"
         ".paper{fill:#14181c}.ink{fill:#e6eaed}.faint{fill:#9aa6b0}.rule{stroke:#2c343b}}\n";
}

}  // namespace fovea
