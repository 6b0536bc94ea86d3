// Keras's table: what rich's Table does with columns of given widths.
#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/model/summary.h"

namespace fovea {
namespace {

struct Column {
  std::string head;
  bool right = false;
  int width = 0;  // of the text, without the space at either side
};
using Row = std::vector<std::string>;

// A column's request and the two spaces of its padding, cut evenly (ties to even, as Python rounds) until the borders fit.
std::vector<int> column_widths(int line, const std::vector<double>& ends) {
  std::vector<int> widths;
  int before = 0, total = 0;
  for (double end : ends) {
    const int place = static_cast<int>(end * line);
    widths.push_back(place - before + 2);
    total += widths.back();
    before = place;
  }
  int excess = total - (line - static_cast<int>(ends.size()) - 1);
  for (size_t i = 0; i < widths.size() && excess > 0; ++i) {
    const int cut = static_cast<int>(std::nearbyint(static_cast<double>(excess) / static_cast<double>(widths.size() - i)));
    widths[i] -= cut;
    excess -= cut;
  }
  for (int& width : widths) width = std::max(1, width - 2);
  return widths;
}

// Lines of at most `width` characters, broken at spaces; a longer word is cut and ends in an ellipsis.
std::vector<std::string> wrapped(const std::string& text, int width) {
  const auto limit = static_cast<size_t>(width);
  std::vector<std::string> lines(1);
  for (size_t at = 0; at < text.size();) {
    const size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > limit) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    at = space + 1;
  }
  for (std::string& line : lines)
    if (line.size() > limit) line = line.substr(0, limit - 1) + "…";
  return lines;
}

int characters(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string rule(const std::vector<Column>& columns, const char* left, const char* line, const char* joint, const char* right) {
  std::string text = left;
  for (size_t i = 0; i < columns.size(); ++i) {
    for (int k = 0; k < columns[i].width + 2; ++k) text += line;
    text += i + 1 < columns.size() ? joint : right;
  }
  return text + "\n";
}

std::string row_lines(const std::vector<Column>& columns, const Row& row, const char* border) {
  std::vector<std::vector<std::string>> cells;
  size_t height = 1;
  for (size_t i = 0; i < columns.size(); ++i) {
    cells.push_back(wrapped(row[i], columns[i].width));
    height = std::max(height, cells.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    text += border;
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = line < cells[i].size() ? cells[i][line] : "";
      const std::string space(static_cast<size_t>(std::max(0, columns[i].width - characters(cell))), ' ');
      text += " " + (columns[i].right ? space + cell : cell + space) + " " + border;
    }
    text += "\n";
  }
  return text;
}

// One layer after another, nothing merged: Keras leaves out where layers are connected to.
bool chain(const Graph& graph) {
  for (int i = 1; i < graph.size(); ++i)
    if (graph.node(i).inputs != std::vector<int>{i - 1}) return false;
  return true;
}

}  // namespace

std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string readable_size(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  while (bytes / 1024 >= 1 && unit < 5) bytes /= 1024, ++unit;
  return fmt::format("{:.2f} {}", bytes, units[unit]);
}

std::string summary_table(const Model& model, const SummaryOptions& options) {
  const Graph& graph = model.graph();
  const Parameters& parameters = model.parameters();
  const bool connected = !chain(graph);
  const int line = std::max(20, std::min(connected ? 108 : 88, options.columns - 4));
  const auto widths = column_widths(line, connected ? std::vector<double>{.3, .56, .74, 1.} : std::vector<double>{.45, .80, 1.});
  std::vector<Column> columns = {{"Layer (type)", false, widths[0]}, {"Output Shape", false, widths[1]}, {"Param #", true, widths[2]}};
  if (connected) columns.push_back({"Connected to", false, widths[3]});

  std::vector<Row> rows;
  for (int i = graph.sequential() ? 1 : 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    int64_t count = 0;
    for (int p : parameters.of_node(i)) count += parameters[p].spec.shape.elements();
    Row row = {node.layer->name() + " (" + node.layer->type() + ")", to_string(node.shape, true), with_commas(count)};
    if (connected) {
      std::string from;
      for (int input : node.inputs) from += (from.empty() ? "" : ", ") + graph.node(input).layer->name() + "[0][0]";
      row.push_back(from.empty() ? "-" : from);
    }
    rows.push_back(std::move(row));
  }

  Row heads;
  for (const Column& column : columns) heads.push_back(column.head);
  std::string text = "Model: \"" + graph.name() + "\"\n";
  text += rule(columns, "┏", "━", "┳", "┓") + row_lines(columns, heads, "┃") + rule(columns, "┡", "━", "╇", "┩");
  for (size_t i = 0; i < rows.size(); ++i)
    text += (i == 0 ? "" : rule(columns, "├", "─", "┼", "┤")) + row_lines(columns, rows[i], "│");
  text += rule(columns, "└", "─", "┴", "┘");

  const int64_t total = parameters.count(false, graph), trainable = parameters.count(true, graph);
  const auto counted = [&](const char* what, int64_t count) {
    text += fmt::format(" {} params: {} ({})\n", what, with_commas(count), readable_size(static_cast<double>(count) * 4));
  };
  counted("Total", total);
  counted("Trainable", trainable);
  counted("Non-trainable", total - trainable);
  return text;
}

}  // namespace fovea
